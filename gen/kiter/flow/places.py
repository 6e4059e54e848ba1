# SPDX-License-Identifier: GPL-2.0-only
"""Where the C of an expression that can be assigned to is."""

from __future__ import annotations

from collections.abc import Callable

from kiter.csource.nodes import Node, named, text
from kiter.flow.call import alive
from kiter.flow.domain import assume
from kiter.flow.machine import Machine
from kiter.flow.state import State
from kiter.flow.values import (
    NULL,
    STATE,
    Address,
    Const,
    Place,
    Unset,
    join,
)

Places = list[tuple[State, Place | None]]


def is_array(machine: Machine, at: Place) -> bool:
    """Whether a place is an array, whose name is its address: a member, or the words that programs see."""
    member = at.path.rpartition(".")[2]
    return member in machine.program.arrays or (at.region == STATE and not at.path)


def _variable(machine: Machine, node: Node, state: State) -> Places:
    here = machine.local(text(node))
    return [(state, here if here in state.memory else Place(("global", text(node)), ""))]


def _inside(machine: Machine, node: Node, state: State) -> Places:
    """The place that brackets or a cast stand round."""
    inner = node.named_children[-1] if node.named_children else None
    return machine.place(inner, state) if inner is not None else [(state, None)]


def _pointed(machine: Machine, node: Node, state: State) -> Places:
    inner = named(node, "argument")
    if inner is None or not text(node).startswith("*"):
        return [(one, None) for one, _ in machine.value(node, state)]
    return _followed(machine, inner, state, "")


def _field(machine: Machine, node: Node, state: State) -> Places:
    inner, field = named(node, "argument"), text(named(node, "field"))
    field = machine.program.together.get(field, field)
    if inner is None:
        return [(state, None)]
    if any(child.type == "->" for child in node.children):
        return _followed(machine, inner, state, field)
    found = machine.place(inner, state)
    return [(one, Place(at.region, join(at.path, field)) if at else None) for one, at in found]


def _followed(machine: Machine, inner: Node, state: State, field: str) -> Places:
    """A field of what a pointer leads to."""
    found: Places = []
    for one, base in machine.value(inner, state):
        if isinstance(base, Address):
            if alive(machine, inner, one, base):
                found.append((one, Place(base.region, join(base.path, field))))
        elif alive(machine, inner, one, base):
            assume(one.facts, base, wanted=True)  # or the machine has stopped here
            found.append((one, Place(("at", base), field)))
    return found


def _element(machine: Machine, node: Node, state: State) -> Places:
    array, index = named(node, "argument"), named(node, "index")
    if array is None or index is None:
        return [(state, None)]
    found: Places = []
    for one, base in machine.value(array, state):
        for last, at in machine.value(index, one):
            if isinstance(base, Address) and base.region == STATE and at == NULL:
                found.append((last, Place(base.region, base.path)))
            elif isinstance(at, Const) and not isinstance(base, (Const, Unset)):
                region = base.region if isinstance(base, Address) else ("at", base)
                path = base.path if isinstance(base, Address) else ""
                found.append((last, Place(region, join(path, f"[{at.number}]"))))
            else:
                found.append((last, None))
    return found


PLACES: dict[str, Callable[[Machine, Node, State], Places]] = {
    "identifier": _variable,
    "field_expression": _field,
    "parenthesized_expression": _inside,
    "cast_expression": _inside,
    "pointer_expression": _pointed,
    "subscript_expression": _element,
}
