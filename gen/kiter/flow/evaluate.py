# SPDX-License-Identifier: GPL-2.0-only
"""What expressions and declarations of C do to a state, and what they are."""

from __future__ import annotations

import re
from collections.abc import Callable

from kiter.csource.nodes import Node, below, declared, named, text
from kiter.flow import effects
from kiter.flow import vocabulary as words
from kiter.flow.domain import Domain, assume, truth
from kiter.flow.machine import Machine, Outcomes
from kiter.flow.program import unsigned
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
    join,
    pointer,
)

_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*")
_ERRNO = re.compile(r"E[A-Z0-9]{3,}|E2BIG|EIO|ENOMEM")
_UPPER = re.compile(r"[A-Z_][A-Z0-9_]*")
_SIZES = {"u64": 8, "u32": 4, "u16": 2, "u8": 1, "int": 4, "long": 8, "unsigned long": 8, "unsigned int": 4}
_CHAIN = 60  # operands of one expression that are followed
_WRAPPED = (1 << 32) - 1

Places = list[tuple[State, Place | None]]


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
    digits = found[1]
    octal = len(digits) > 1 and digits.isdigit() and digits[0] == "0" and set(digits) <= set("01234567")
    return [(state, Const(int(digits, 8 if octal else 0 if "x" in digits.lower() else 10)))]


def _constant(number: int) -> Callable[[Machine, Node, State], Outcomes]:
    return lambda _machine, _node, state: [(state, Const(number))]


def _literal(_machine: Machine, node: Node, state: State) -> Outcomes:
    return [(state, Address(("global", text(node)[:40]), ""))]


def _size(_machine: Machine, node: Node, state: State) -> Outcomes:
    asked = text(node).removeprefix("sizeof").strip(" ()")
    size = _SIZES.get(asked.removeprefix("__"))
    return [(state, Const(size) if size else Symbol("name", text(node)))]


def _cast(machine: Machine, node: Node, state: State) -> Outcomes:
    inner = named(node, "value")
    return value(machine, inner, state) if inner is not None else [(state, NULL)]


def _read(machine: Machine, node: Node, state: State) -> Outcomes:
    """What a place holds."""
    found: Outcomes = []
    for one, at in place(machine, node, state):
        if at is None:
            found.append((one, one.fresh("load", "", node.start_byte)))
        elif _array(machine, at):
            found.append((one, pointer(at)))
        else:
            found.append((one, one.load(at, node.start_byte)))
    return found


def _array(machine: Machine, at: Place) -> bool:
    """Whether a place is the words that programs see, which are an array: its name is its address."""
    return at.region == STATE and not at.path


def place(machine: Machine, node: Node, state: State) -> Places:
    """Where an expression that can be assigned to is; None for what is not followed."""
    maker = _PLACES.get(node.type)
    if maker is not None:
        return maker(machine, node, state)
    return [(one, None) for one, _ in value(machine, node, state)]


def _variable(machine: Machine, node: Node, state: State) -> Places:
    here = machine.local(text(node))
    return [(state, here if here in state.memory else Place(("global", text(node)), ""))]


def _inside(machine: Machine, node: Node, state: State) -> Places:
    """The place that brackets or a cast stand round."""
    inner = node.named_children[-1] if node.named_children else None
    return place(machine, inner, state) if inner is not None else [(state, None)]


def _pointed(machine: Machine, node: Node, state: State) -> Places:
    inner = named(node, "argument")
    if inner is None or not text(node).startswith("*"):
        return [(one, None) for one, _ in value(machine, node, state)]
    return _followed(machine, inner, state, "")


def _field(machine: Machine, node: Node, state: State) -> Places:
    inner, field = named(node, "argument"), text(named(node, "field"))
    field = machine.program.together.get(field, field)
    if inner is None:
        return [(state, None)]
    if any(child.type == "->" for child in node.children):
        return _followed(machine, inner, state, field)
    found = place(machine, inner, state)
    return [(one, Place(at.region, join(at.path, field)) if at else None) for one, at in found]


def _followed(machine: Machine, inner: Node, state: State, field: str) -> Places:
    """A field of what a pointer leads to."""
    found: Places = []
    for one, base in value(machine, inner, state):
        if isinstance(base, Address):
            if effects.alive(machine, inner, one, base):
                found.append((one, Place(base.region, join(base.path, field))))
        elif effects.alive(machine, inner, one, base):
            assume(one.facts, base, wanted=True)  # or the machine has stopped here
            found.append((one, Place(("at", base), field)))
    return found


def _element(machine: Machine, node: Node, state: State) -> Places:
    array, index = named(node, "argument"), named(node, "index")
    if array is None or index is None:
        return [(state, None)]
    found: Places = []
    for one, base in value(machine, array, state):
        for last, at in value(machine, index, one):
            if isinstance(base, Address) and base.region == STATE and at == NULL:
                found.append((last, Place(base.region, base.path)))
            elif isinstance(at, Const) and not isinstance(base, (Const, Unset)):
                region = base.region if isinstance(base, Address) else ("at", base)
                path = base.path if isinstance(base, Address) else ""
                found.append((last, Place(region, join(path, f"[{at.number}]"))))
            else:
                found.append((last, None))
    return found


def _pointer(machine: Machine, node: Node, state: State) -> Outcomes:
    inner = named(node, "argument")
    if inner is None or text(node).startswith("*"):
        return _read(machine, node, state)
    found = place(machine, inner, state)
    return [(one, pointer(at) if at else one.fresh("load", "", node.start_byte)) for one, at in found]


def _assign(machine: Machine, node: Node, state: State) -> Outcomes:
    left, right = named(node, "left"), named(node, "right")
    if left is None or right is None:
        return [(state, NULL)]
    operator = text(named(node, "operator"))
    found: Outcomes = []
    for one, stored in value(machine, right, state):
        for last, at in place(machine, left, one):
            result = stored
            if operator != "=" and at is not None:
                before = last.load(at, left.start_byte)
                result = _wrapped(machine, left, computed(operator[:-1], before, stored))
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
        for last, stored in value(machine, given, state)[:1]:
            if last is state:
                state.store(Place(at.region, join(at.path, field)), stored)


def _wrapped(machine: Machine, left: Node, result: Value) -> Value:
    """A number below 0 of a type without a sign is the largest that there is."""
    if isinstance(result, Const) and result.number < 0:
        name = text(named(left, "field")) if left.type == "field_expression" else text(left)
        if name in machine.program.unsigned:
            return Const(_WRAPPED)
    return result


def _update(machine: Machine, node: Node, state: State) -> Outcomes:
    inner = named(node, "argument")
    if inner is None:
        return [(state, NULL)]
    found: Outcomes = []
    operator = text(named(node, "operator"))
    for one, at in place(machine, inner, state):
        before = one.load(at, inner.start_byte) if at else one.fresh("load", "", node.start_byte)
        after = _wrapped(machine, inner, computed(operator[:1], before, ONE))
        if at:
            one.store(at, after)
        found.append((one, after if text(node).startswith(operator) else before))
    return found


def computed(operator: str, a: Value, b: Value) -> Value:
    """An operation on two values; on what is not set it is not set."""
    if isinstance(a, Unset) or isinstance(b, Unset):
        return a if isinstance(a, Unset) else b
    if isinstance(a, Const) and isinstance(b, Const):
        number = _worked_out(operator, a.number, b.number)
        if number is not None:
            return Const(number)
    if operator in {"+", "-"} and isinstance(b, Const):
        return _shifted(operator, a, b.number)
    if operator in {">", ">="}:
        return Term("<" if operator == ">" else "<=", (b, a))
    return Term("!", (Term("==", (a, b)),)) if operator == "!=" else Term(operator, (a, b))


def _shifted(operator: str, a: Value, number: int) -> Value:
    """A value and a number: what was added before is added to the number."""
    number = number if operator == "+" else -number
    if isinstance(a, Term) and a.operator in {"+", "-"} and isinstance(a.operands[1], Const):
        before = a.operands[1].number
        return _shifted("+", a.operands[0], number + (before if a.operator == "+" else -before))
    if number == 0:
        return a
    return Term("+" if number > 0 else "-", (a, Const(abs(number))))


def _worked_out(operator: str, a: int, b: int) -> int | None:
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*" and abs(a) < _WRAPPED and abs(b) < _WRAPPED:
        return a * b
    if operator in {"<<", ">>"} and 0 <= b < 64 and abs(a) < _WRAPPED:
        return a << b if operator == "<<" else a >> b
    if operator in {"&", "|"}:
        return a & b if operator == "&" else a | b
    return None


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


def _declaration(machine: Machine, node: Node, state: State) -> Outcomes:
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
    for one, stored in value(machine, given, state):
        one.clear(at)
        one.memory[at] = stored
        found.append(one)
    return found


def _literal_struct(machine: Machine, node: Node, state: State) -> Outcomes:
    region = ("local", len(machine.frames), f"literal{node.start_byte}")
    return [(state, Address(region, ""))]


def _call(machine: Machine, node: Node, state: State) -> Outcomes:
    function, given = named(node, "function"), named(node, "arguments")
    if function is None or given is None:
        return [(state, NULL)]
    if function.type == "call_expression":  # guard(mutex)(&lock)
        return effects.guarded(machine, node, state)
    if function.type == "parenthesized_expression" and given.named_children:  # (s64)(x) looks like a call
        return value(machine, given.named_children[-1], state)
    name = text(function) if function.type == "identifier" else ""
    nodes = [one for one in given.named_children if one.type not in {"comment", "ERROR"}]
    if name in effects.PLACES and nodes:
        return _stored(machine, node, name, nodes, state)
    arguments: list[tuple[State, list[Value]]] = [(state, [])]
    for one in nodes:
        arguments = [
            (last, [*before, made])
            for begin, before in arguments
            for last, made in value(machine, one, begin)
        ]
    call = effects.Call(machine, node, name, nodes)
    return [end for begin, values in arguments for end in effects.called(call, begin, values)]


def _stored(machine: Machine, node: Node, name: str, nodes: list[Node], state: State) -> Outcomes:
    """Macros that store: WRITE_ONCE(), xchg(), swap()."""
    found: Outcomes = []
    target = nodes[0]
    if name in effects.BY_ADDRESS:
        begin = [(s, effects.place_of(v)) for s, v in value(machine, target, state)]
    else:
        begin = list(place(machine, target, state))
    for one, at in begin:
        before = one.load(at, node.start_byte) if at else one.fresh("load", "", node.start_byte)
        for last, given in value(machine, nodes[1], one) if len(nodes) > 1 else [(one, NULL)]:
            assign(machine, target, nodes[1] if len(nodes) > 1 else None, last, at, given)
            if name == "swap":
                assign(machine, nodes[1], None, last, place(machine, nodes[1], last)[0][1], before)
            found.append((last, before))
    return found


def _assembled(_machine: Machine, _node: Node, state: State) -> Outcomes:
    return [(state, NULL)]


_PLACES: dict[str, Callable[[Machine, Node, State], Places]] = {
    "identifier": _variable,
    "field_expression": _field,
    "parenthesized_expression": _inside,
    "cast_expression": _inside,
    "pointer_expression": _pointed,
    "subscript_expression": _element,
}
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
    "assignment_expression": _assign,
    "update_expression": _update,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "conditional_expression": _choice,
    "parenthesized_expression": _inner,
    "comma_expression": _inner,
    "expression_statement": _inner,
    "compound_statement": _inner,
    "compound_literal_expression": _literal_struct,
    "declaration": _declaration,
    "call_expression": _call,
    "while_statement": effects.scoped,
    "gnu_asm_expression": _assembled,
}
