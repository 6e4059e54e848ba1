# SPDX-License-Identifier: GPL-2.0-only
"""A call, and what its arguments are to it."""

from __future__ import annotations

from kiter.csource.nodes import Node, below, text
from kiter.flow import vocabulary as words
from kiter.flow.domain import truth
from kiter.flow.machine import Machine
from kiter.flow.state import State
from kiter.flow.values import (
    Address,
    Const,
    Place,
    Symbol,
    Unset,
    Value,
    owned,
    parts,
)
from kiter.value_class import value_class


@value_class(eq=False)
class Call:
    """A call: where it stands, whom it calls, and the expressions that it gives."""

    machine: Machine
    node: Node
    name: str
    nodes: list[Node]

    def fresh(self, state: State, kind: str = "call") -> Symbol:
        """What it returns, where nothing is known of it."""
        return state.fresh(kind, self.name, self.node.start_byte)

    @property
    def alone(self) -> bool:
        """Whether nobody looks at what it returns."""
        parent = self.node.parent
        return parent is not None and parent.type == "expression_statement"


def place_of(value: Value) -> Place | None:
    """The place that a pointer leads to."""
    if isinstance(value, Address):
        return Place(value.region, value.path)
    return None if isinstance(value, (Const, Unset)) else Place(("at", value), "")


def alive(machine: Machine, node: Node, state: State, value: Value) -> bool:
    """Whether a pointer may be followed."""
    if not machine.usable(node, state, value):
        return False
    for one in parts(value):
        base = Address(one.region, "") if isinstance(one, Address) else one
        if base in state.gone:
            machine.fault("gone", text(node), node, state)
            return False
    if truth(state.facts, value) is False and node.type in {"identifier", "field_expression"}:
        machine.fault("null", text(node), node, state)
        return False
    return True


def alive_or_none(call: Call, node: Node, state: State, value: Value) -> bool:
    """Whether a pointer may be handed to a function, which may take NULL."""
    if truth(state.facts, value) is False:
        return call.machine.usable(node, state, value)
    return alive(call.machine, node, state, value)


def own(value: Value) -> bool:
    return isinstance(value, Address) and owned(value.region)


def elsewhere(value: Value) -> bool:
    """Whether it is something global, of which nobody here knows whether it is ever empty."""
    return isinstance(value, Address) and isinstance(value.region, tuple) and value.region[0] == "global"


def sleeping(call: Call, state: State) -> None:
    asked = [call.name, *(text(one) for node in call.nodes for one in below(node, "identifier"))]
    found = next((one for one in asked if words.sleeps(one)), "")
    if not found:
        return
    under = next((h for h in state.held if h.sort == "lock" and words.ATOMIC.match(h.kind)), None)
    if under is not None:
        call.machine.fault("sleeps", f"{found}\0{under.name}", call.node, state)
    elif not call.machine.sleepable:
        call.machine.fault("sleeps", found, call.node, state)
