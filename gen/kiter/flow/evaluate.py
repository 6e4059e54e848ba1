# SPDX-License-Identifier: GPL-2.0-only
"""What expressions of C do to a state, and what they are."""

from __future__ import annotations

from collections.abc import Callable

from kiter.csource.nodes import Node, named, text
from kiter.flow import effects, locks, stores
from kiter.flow import vocabulary as words
from kiter.flow.arithmetic import computed
from kiter.flow.call import Call
from kiter.flow.domain import Domain, truth
from kiter.flow.machine import Machine, Outcomes
from kiter.flow.places import PLACES, Places, is_array
from kiter.flow.state import State
from kiter.flow.values import (
    NULL,
    ONE,
    STATE,
    Address,
    Const,
    Place,
    Symbol,
    Term,
    Unset,
    Value,
    pointer,
)
from kiter.regex import regex

_NUMBER = regex(r"([-+]?)(0[xX][0-9a-fA-F]+|\d+)[uUlL]*")
_ERRNO = regex(r"E[A-Z0-9]{3,}|E2BIG|EIO|ENOMEM")
_UPPER = regex(r"[A-Z_][A-Z0-9_]*")
_SIZES = {"u64": 8, "u32": 4, "u16": 2, "u8": 1, "int": 4, "long": 8, "unsigned long": 8, "unsigned int": 4}
_CHAIN = 60  # operands of one expression that are followed


def value(machine: Machine, node: Node, state: State) -> Outcomes:
    """What an expression may be, each with the state behind it; a declaration gives 0."""
    maker = _VALUES.get(node.type)
    if maker is None or machine.depth > _CHAIN:
        return [(state, state.fresh("load", node.type, node.start_byte))]
    machine.depth += 1
    try:
        return maker(machine, node, state)
    finally:
        machine.depth -= 1


def place(machine: Machine, node: Node, state: State) -> Places:
    """Where an expression that can be assigned to is; None for what is not followed."""
    maker = PLACES.get(node.type)
    if maker is not None:
        return maker(machine, node, state)
    return [(one, None) for one, _ in value(machine, node, state)]


def branch(machine: Machine, node: Node, state: State) -> list[tuple[State, bool]]:
    """Both ways that a condition can go."""
    found = []
    for one, asked in value(machine, node, state):
        known = truth(one.facts, asked)
        for went, holds in machine.split(node, one, asked):
            if known is None:
                went.note(machine.code.spot(node, f"{'true' if holds else 'false'}: {text(node)[:60]}"))
            found.append((went, holds))
    return found


def _inner(machine: Machine, node: Node, state: State) -> Outcomes:
    """Brackets, and the last of several expressions, or of the statements in ({ })."""
    found: Outcomes = [(state, NULL)]
    for child in node.named_children:
        if child.type != "comment":
            found = [last for one, _ in found for last in value(machine, child, one)]
    return found


def _name(machine: Machine, node: Node, state: State) -> Outcomes:
    name = text(node)
    if (here := machine.local(name)) in state.memory:
        return [(state, state.memory[here])]
    if (constant := machine.program.constants.get(name)) is not None:
        return [(state, constant)]
    if _ERRNO.fullmatch(name) or name in words.CONSTANTS:
        return [(state, Const(words.CONSTANTS.get(name, 22)))]
    if name in words.COUNTS:
        found = Symbol("name", name)
        state.facts.setdefault(found, Domain(1, words.CONSTANTS["INT_MAX"]))
        return [(state, found)]
    if _UPPER.fullmatch(name):
        return [(state, Symbol("name", name))]
    return [(state, state.load(Place(("global", name), ""), node.start_byte, name))]


def _number(_machine: Machine, node: Node, state: State) -> Outcomes:
    found = _NUMBER.fullmatch(text(node))
    if found is None:
        return [(state, Symbol("name", text(node)))]
    digits, sign = found[2], -1 if found[1] == "-" else 1
    octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0" and set(digits) <= set("01234567")
    return [(state, Const(sign * int(digits, 8 if octal else 0 if "x" in digits.lower() else 10)))]


def _constant(number: int) -> Callable[[Machine, Node, State], Outcomes]:
    return lambda _machine, _node, state: [(state, Const(number))]


def _literal(_machine: Machine, node: Node, state: State) -> Outcomes:
    return [(state, Address(("global", text(node)[:40]), ""))]


def _size(_machine: Machine, node: Node, state: State) -> Outcomes:
    asked = text(node).removeprefix("sizeof").strip(" ()")
    size = _SIZES.get(asked.removeprefix("__"))
    if size:
        return [(state, Const(size))]
    found = Symbol("name", text(node))
    state.facts.setdefault(found, Domain(1, words.CONSTANTS["INT_MAX"]))
    return [(state, found)]


def _cast(machine: Machine, node: Node, state: State) -> Outcomes:
    inner = named(node, "value")
    return value(machine, inner, state) if inner is not None else [(state, NULL)]


def _read(machine: Machine, node: Node, state: State) -> Outcomes:
    """What a place holds."""
    found: Outcomes = []
    for one, at in place(machine, node, state):
        if at is None:
            found.append((one, one.fresh("load", "", node.start_byte)))
        elif is_array(machine, at):
            found.append((one, pointer(at)))
        else:
            found.append((one, one.load(at, node.start_byte)))
        if at is not None and at.region == STATE:
            machine.read.add(at.path)
    return found


def _pointer(machine: Machine, node: Node, state: State) -> Outcomes:
    inner = named(node, "argument")
    if inner is None or text(node).startswith("*"):
        return _read(machine, node, state)
    if inner.type == "call_expression" and text(named(inner, "function")) == "per_cpu":
        return value(machine, inner, state)
    found = place(machine, inner, state)
    return [(one, pointer(at) if at else one.fresh("load", "", node.start_byte)) for one, at in found]


def _binary(machine: Machine, node: Node, state: State) -> Outcomes:
    left, right = named(node, "left"), named(node, "right")
    operator = text(named(node, "operator"))
    if left is None or right is None:
        return [(state, NULL)]
    if operator in {"&&", "||"}:
        return _logical(machine, left, right, state, operator == "&&")
    found: Outcomes = []
    for one, a in value(machine, left, state):
        for last, b in value(machine, right, one):
            found.append((last, computed(operator, a, b)))
    return found


def _logical(machine: Machine, left: Node, right: Node, state: State, both: bool) -> Outcomes:
    found: Outcomes = []
    for one, holds in branch(machine, left, state):
        if holds == both:
            found += [(last, ONE if also else NULL) for last, also in branch(machine, right, one)]
        else:
            found.append((one, ONE if holds else NULL))
    return found


def _unary(machine: Machine, node: Node, state: State) -> Outcomes:
    inner, operator = named(node, "argument"), text(named(node, "operator"))
    found: Outcomes = []
    for one, given in value(machine, inner, state) if inner is not None else ():
        if operator == "-":
            made: Value = Const(-given.number) if isinstance(given, Const) else Term("-", (NULL, given))
        elif operator == "~":
            made = Const(~given.number) if isinstance(given, Const) else Term("~", (given,))
        else:
            made = given if operator == "+" else Term("!", (given,))
        found.append((one, made))
    return found


def _choice(machine: Machine, node: Node, state: State) -> Outcomes:
    condition, then, other = (named(node, name) for name in ("condition", "consequence", "alternative"))
    if condition is None or other is None:
        return [(state, NULL)]
    found: Outcomes = []
    if then is None:  # a ?: b
        for one, given in value(machine, condition, state):
            for last, holds in machine.split(condition, one, given):
                found += [(last, given)] if holds else value(machine, other, last)
        return found
    for one, holds in branch(machine, condition, state):
        found += value(machine, then if holds else other, one)
    return found


def _literal_struct(machine: Machine, node: Node, state: State) -> Outcomes:
    region = ("local", len(machine.frames), f"literal{node.start_byte}")
    return [(state, Address(region, ""))]


def _call(machine: Machine, node: Node, state: State) -> Outcomes:
    function, given = named(node, "function"), named(node, "arguments")
    if function is None or given is None:
        return [(state, NULL)]
    if function.type == "call_expression":  # guard(mutex)(&lock)
        return locks.guarded(machine, node, state)
    if function.type == "parenthesized_expression" and given.named_children:  # (s64)(x) looks like a call
        return value(machine, given.named_children[-1], state)
    name = text(function) if function.type == "identifier" else ""
    nodes = [one for one in given.named_children if one.type not in {"comment", "ERROR"}]
    if name in words.PLACES and nodes:
        return stores.stored_(machine, node, name, nodes, state)
    arguments: list[tuple[State, list[Value]]] = [(state, [])]
    for one in nodes:
        arguments = [
            (last, [*before, made])
            for begin, before in arguments
            for last, made in value(machine, one, begin)
        ]
    if machine.starting and machine.program.code(name) is None:
        arguments = [(one, _stored_there(machine, nodes, values, one)) for one, values in arguments]
    call = Call(machine, node, name, nodes)
    return [end for begin, values in arguments for end in effects.called(call, begin, values)]


def _stored_there(machine: Machine, nodes: list[Node], values: list[Value], state: State) -> list[Value]:
    """Arguments of a macro or function elsewhere: what is not stored yet, it is given to be stored."""
    found = []
    for node, given in zip(nodes, values, strict=True):
        at = machine.place(node, state)[0][1] if isinstance(given, Unset) else None
        found.append(given if at is None else pointer(at))
    return found


def _assembled(_machine: Machine, _node: Node, state: State) -> Outcomes:
    return [(state, NULL)]


_VALUES: dict[str, Callable[[Machine, Node, State], Outcomes]] = {
    "identifier": _name,
    "number_literal": _number,
    "null": _constant(0),
    "true": _constant(1),
    "false": _constant(0),
    "char_literal": _literal,
    "string_literal": _literal,
    "concatenated_string": _literal,
    "sizeof_expression": _size,
    "cast_expression": _cast,
    "field_expression": _read,
    "subscript_expression": _read,
    "pointer_expression": _pointer,
    "assignment_expression": stores.assign_,
    "update_expression": stores.update_,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "conditional_expression": _choice,
    "parenthesized_expression": _inner,
    "comma_expression": _inner,
    "expression_statement": _inner,
    "compound_statement": _inner,
    "compound_literal_expression": _literal_struct,
    "declaration": stores.declaration_,
    "call_expression": _call,
    "while_statement": locks.scoped,
    "gnu_asm_expression": _assembled,
}
