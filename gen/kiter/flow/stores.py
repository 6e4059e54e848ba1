# SPDX-License-Identifier: GPL-2.0-only
"""Assignments and declarations."""

from __future__ import annotations

from kiter.csource.nodes import Node, below, declared, named, text
from kiter.flow import vocabulary as words
from kiter.flow.arithmetic import computed, wrapped
from kiter.flow.call import place_of
from kiter.flow.machine import Machine, Outcomes
from kiter.flow.program import unsigned
from kiter.flow.state import State
from kiter.flow.values import (
    NULL,
    ONE,
    STATE,
    Address,
    Place,
    Value,
    join,
    pointer,
)


def assign_(machine: Machine, node: Node, state: State) -> Outcomes:
    left, right = named(node, "left"), named(node, "right")
    if left is None or right is None:
        return [(state, NULL)]
    operator = text(named(node, "operator"))
    found: Outcomes = []
    for one, stored in machine.value(right, state):
        for last, at in machine.place(left, one):
            result = stored
            if operator != "=" and at is not None:
                before = last.load(at, left.start_byte)
                result = wrapped(machine, left, computed(operator[:-1], before, stored))
            assign(machine, left, right, last, at, result)
            found.append((last, result))
    return found


def assign(  # noqa: PLR0917 - both sides are known as syntax and as what they are
    machine: Machine, left: Node, right: Node | None, state: State, at: Place | None, stored: Value
) -> None:
    """Store a value; a struct that is written out is stored member by member."""
    if at is None:
        return
    if right is not None and right.type == "compound_literal_expression":
        members(machine, named(right, "value"), state, at)
    elif (isinstance(stored, Address) and stored.path and stored.region == at.region and not at.path) or (
        not at.path and at.region == STATE
    ):
        state.fill(at, "opaque", left.start_byte)
    else:
        _moved(state, right, at, stored)
        state.store(at, stored)
        if not isinstance(at.region, tuple) or at.region[0] != "local":
            state.note(machine.code.spot(left, f"{text(left)} = {text(right)[:40]}"))


def _moved(state: State, right: Node | None, at: Place, stored: Value) -> None:
    """Where a whole struct is copied, `*to = *from`, what was taken of the one is held by the other."""
    if right is None or not text(right).startswith("*"):
        return
    copied = (p.region for p, v in state.memory.items() if not p.path and v == stored)
    whole = [region[1] for region in copied if region[0] == "at"]
    state.held = tuple(h._replace(value=pointer(at)) if h.value in whole else h for h in state.held)


def members(machine: Machine, node: Node | None, state: State, at: Place) -> None:
    """The members of an initializer in braces; all others are 0."""
    state.fill(at, "zero", at.path.count("."))
    for pair in node.named_children if node is not None else ():
        names, given = list(below(pair, "field_identifier")), named(pair, "value")
        if pair.type != "initializer_pair" or given is None or not names:
            continue
        field = machine.program.together.get(text(names[0]), text(names[0]))
        for last, stored in machine.value(given, state)[:1]:
            if last is state:
                state.store(Place(at.region, join(at.path, field)), stored)


def update_(machine: Machine, node: Node, state: State) -> Outcomes:
    inner = named(node, "argument")
    if inner is None:
        return [(state, NULL)]
    found: Outcomes = []
    operator = text(named(node, "operator"))
    for one, at in machine.place(inner, state):
        before = one.load(at, inner.start_byte) if at else one.fresh("load", "", node.start_byte)
        after = wrapped(machine, inner, computed(operator[:1], before, ONE))
        if at:
            one.store(at, after)
        found.append((one, after if text(node).startswith(operator) else before))
    return found


def declaration_(machine: Machine, node: Node, state: State) -> Outcomes:
    """Variables, with what they begin as."""
    states = [state]
    ctype = text(named(node, "type"))
    for child in node.named_children:
        if child.type == "init_declarator":
            states = [last for one in states for last in _initialized(machine, child, one)]
        elif child.type.endswith("declarator") or child.type == "identifier":
            name = declared(child)
            for one in states:
                one.clear(machine.local(name))
                if child.type != "array_declarator":
                    one.memory[machine.local(name)] = one.fresh("load", name, child.start_byte)
                else:
                    one.memory[machine.local(name)] = Address((*machine.local(name).region, name), "")
    if unsigned(ctype):
        machine.signless |= {declared(child) for child in node.named_children if "declarator" in child.type}
    return [(one, NULL) for one in states]


def _initialized(machine: Machine, node: Node, state: State) -> list[State]:
    name = declared(named(node, "declarator"))
    given = named(node, "value")
    if not name:
        names = [text(one) for one in below(named(node, "declarator"), "identifier")]
        name = names[0] if names else ""
    at = machine.local(name)
    if given is None:
        return [state]
    if given.type == "initializer_list":
        members(machine, given, state, at)
        return [state]
    found = []
    for one, stored in machine.value(given, state):
        one.clear(at)
        one.memory[at] = stored
        found.append(one)
    return found


def stored_(machine: Machine, node: Node, name: str, nodes: list[Node], state: State) -> Outcomes:
    """Macros that store: WRITE_ONCE(), xchg(), swap()."""
    found: Outcomes = []
    target = nodes[0]
    if name in words.BY_ADDRESS:
        begin = [(s, place_of(v)) for s, v in machine.value(target, state)]
    else:
        begin = list(machine.place(target, state))
    for one, at in begin:
        before = one.load(at, node.start_byte) if at else one.fresh("load", "", node.start_byte)
        for last, given in machine.value(nodes[1], one) if len(nodes) > 1 else [(one, NULL)]:
            assign(machine, target, nodes[1] if len(nodes) > 1 else None, last, at, given)
            if name == "swap":
                assign(machine, nodes[1], None, last, machine.place(nodes[1], last)[0][1], before)
            found.append((last, before))
    return found
