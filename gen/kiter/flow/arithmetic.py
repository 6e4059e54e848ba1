# SPDX-License-Identifier: GPL-2.0-only
"""What operators make of values."""

from __future__ import annotations

from kiter.csource.nodes import Node, named, text
from kiter.flow.domain import Facts, bounds
from kiter.flow.machine import Machine
from kiter.flow.values import Const, Symbol, Term, Unset, Value, parts

_WRAPPED = (1 << 32) - 1


def wrapped(machine: Machine, left: Node, result: Value) -> Value:
    """A number below 0 of a type without a sign is the largest that there is."""
    if isinstance(result, Const) and result.number < 0:
        name = text(named(left, "field")) if left.type == "field_expression" else text(left)
        if name in machine.program.unsigned:
            return Const(_WRAPPED)
    return result


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


def unbounded(facts: Facts, value: Value) -> str:
    """The argument that a value is a multiple of, and that may be any number, "" for none."""
    products = (one for one in parts(value) if isinstance(one, Term) and one.operator in {"*", "<<"})
    factors = (one for product in products for one in product.operands if isinstance(one, Symbol))
    return next((one.name for one in factors if one.kind == "param" and not _bounded(facts, one)), "")


def _bounded(facts: Facts, number: Symbol) -> bool:
    """Whether a path has compared a number with a limit, known or not."""
    limits = (one for one in facts if isinstance(one, Term) and one.operator in {"<", "<="})
    others = (a for one in limits if number in one.operands for a in one.operands if a != number)
    return bounds(facts, number)[1] < _WRAPPED or any(not isinstance(one, Const) for one in others)
