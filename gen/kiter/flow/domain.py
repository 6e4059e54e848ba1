# SPDX-License-Identifier: GPL-2.0-only
"""What a path knows of values: bounds, and what they are not."""

from __future__ import annotations

from typing import NamedTuple

from kiter.flow.values import Address, Const, Symbol, Term, Unset, Value

MOST = 1 << 70
COMPARING = frozenset({"==", "<", "<=", "!", "err"})
# Marks of an object: its last reference was dropped, and other functions have had it in hand.
LAST, HANDED = "last", "handed"
MARKS = frozenset({LAST, HANDED})


class Domain(NamedTuple):
    """Bounds of a number, values that it is not, and one that it is."""

    low: int = -MOST
    high: int = MOST
    different: frozenset[Value] = frozenset()
    equal: Value | None = None


ANY = Domain()
Facts = dict[Value, Domain]


def bounds(facts: Facts, value: Value) -> tuple[int, int]:
    """The least and the largest that a value can be."""
    if isinstance(value, Const):
        return value.number, value.number
    if isinstance(value, Address):
        return 1, MOST
    low, high = _computed(facts, value) if isinstance(value, Term) else (-MOST, MOST)
    known = facts.get(value, ANY)
    low, high = max(low, known.low), min(high, known.high)
    different = {one.number for one in known.different if isinstance(one, Const)}
    while low in different and low <= high:
        low += 1
    while high in different and high >= low:
        high -= 1
    return low, high


def _computed(facts: Facts, value: Term) -> tuple[int, int]:
    operator = value.operator
    if operator in COMPARING:
        return 0, 1
    low, high = -MOST, MOST
    if len(value.operands) == 2:
        (a, b), (c, d) = (bounds(facts, one) for one in value.operands)
        if operator == "+":
            low, high = a + c, b + d
        elif operator == "-":
            low, high = a - d, b - c
        elif operator == "*" and a >= 0 and c >= 0:
            low, high = a * c, b * d
        elif operator == "&" and (b if a == b else d) >= 0 and (a == b or c == d):
            low, high = 0, b if a == b else d
    return max(low, -MOST), min(high, MOST)


def compared(facts: Facts, operator: str, a: Value, b: Value) -> bool | None:
    """Whether a comparison holds, None for what is not known."""
    if Unset in (type(a), type(b)):
        return None
    if a == b:
        return operator != "<"
    known = _told(facts, operator, a, b)
    return _by_bounds(facts, operator, a, b) if known is None else known


def _told(facts: Facts, operator: str, a: Value, b: Value) -> bool | None:
    """What was assumed of a comparison, or of its opposite."""
    known = facts.get(Term(operator, (a, b)), ANY)
    if known.low == known.high:
        return bool(known.low)
    other = facts.get(Term(_OPPOSITE.get(operator, ""), (b, a)), ANY)
    return not other.low if other.low == other.high else None


# What others give is an object, and no mark that a file has made for itself.
_OBJECTS = frozenset({"call", "load", "native", "param"})
_OPPOSITE = {"<": "<=", "<=": "<"}


def _by_bounds(facts: Facts, operator: str, a: Value, b: Value) -> bool | None:
    (low, high), (least, most) = bounds(facts, a), bounds(facts, b)
    if operator == "==":
        return _same(facts, a, b) if low <= most and least <= high else False
    if high < least or (operator == "<=" and high <= least):
        return True
    return False if low > most or (operator == "<" and low >= most) else None


def _same(facts: Facts, a: Value, b: Value) -> bool | None:
    (low, high), (least, most) = bounds(facts, a), bounds(facts, b)
    if low == high == least == most:
        return True
    for one, other in ((a, b), (b, a)):
        known = facts.get(one, ANY)
        if other in known.different:
            return False
        if known.equal is not None and known.equal != one:
            return True if known.equal == other else _distinct(known.equal, other)
    return _distinct(a, b)


def _distinct(a: Value, b: Value) -> bool | None:
    """False for two values that cannot be the same: other places, other names of constants."""
    marks = any(isinstance(one, Address) and one.region[0] == "mark" for one in (a, b))
    if marks and any(isinstance(one, Symbol) and one.kind in _OBJECTS for one in (a, b)):
        return False
    places = isinstance(a, Address) and isinstance(b, Address) and (marks or not (_theirs(a) or _theirs(b)))
    names = isinstance(a, Symbol) and isinstance(b, Symbol) and a.kind == b.kind == "name"
    return False if (places or names) and a != b else None


def _theirs(value: Address) -> bool:
    """Whether it is in an object of others, or in what a list's head was taken for: that may be anywhere."""
    return isinstance(value.region, tuple) and value.region[0] == "at"


def truth(facts: Facts, value: Value) -> bool | None:
    """Whether a value is other than 0, None for what is not known."""
    if isinstance(value, Term):
        if value.operator == "!":
            inner = truth(facts, value.operands[0])
            return None if inner is None else not inner
        if value.operator in {"==", "<", "<="}:
            return compared(facts, value.operator, *value.operands)
        if value.operator == "err":
            return _failed(facts, value)
    low, high = bounds(facts, value)
    if low > 0 or high < 0 or Const(0) in facts.get(value, ANY).different:
        return True
    return False if low == high == 0 else None


def possible(facts: Facts) -> bool:
    """Whether what is known of results can be, after what was learnt of what they were made of."""
    for value in facts:
        if isinstance(value, Term) and value.operator in {"+", "-", "*", "&"}:
            low, high = bounds(facts, value)
            if low > high:
                return False
    return True


def _failed(facts: Facts, value: Term) -> bool | None:
    """Whether a pointer is an error."""
    given = value.operands[0]
    if isinstance(given, (Const, Address)):
        return isinstance(given, Const) and given.number < 0
    if truth(facts, given) is False:
        return False
    known = facts.get(value, ANY)
    return bool(known.low) if known.low == known.high else None


def assume(facts: Facts, value: Value, wanted: bool) -> bool:
    """Take a value for true or false; False if it cannot be."""
    known = truth(facts, value)
    if known is not None:
        return known == wanted
    if isinstance(value, Term) and value.operator == "!":
        return assume(facts, value.operands[0], not wanted)
    if isinstance(value, Term) and value.operator in {"==", "<", "<="}:
        _compare(facts, value, wanted)
    if isinstance(value, Term) and value.operator == "err" and wanted:
        _differ(facts, value.operands[0], Const(0))
    if isinstance(value, Term) and value.operator in COMPARING:
        facts[value] = Domain(int(wanted), int(wanted))
    elif wanted:
        _differ(facts, value, Const(0))
    else:
        _narrow(facts, value, 0, 0)
    return True


def _differ(facts: Facts, value: Value, other: Value) -> None:
    if not isinstance(value, Const):
        known = facts.get(value, ANY)
        facts[value] = known._replace(different=known.different | {other})


def _narrow(facts: Facts, value: Value, low: int, high: int) -> None:
    if not isinstance(value, Const):
        known = facts.get(value, ANY)
        facts[value] = known._replace(low=max(low, known.low), high=min(high, known.high))


def _compare(facts: Facts, value: Term, wanted: bool) -> None:
    """What a comparison says of both sides."""
    a, b = value.operands
    (low, high), (least, most) = bounds(facts, a), bounds(facts, b)
    if value.operator == "==":
        for one, other in ((a, b), (b, a)):
            if not wanted:
                _differ(facts, one, other)
            elif not isinstance(one, Const):
                _narrow(facts, one, *bounds(facts, other))
                facts[one] = facts.get(one, ANY)._replace(equal=other)
        return
    off = int((value.operator == "<") == wanted)  # 1 where equal ones are not among them
    if wanted:
        _narrow(facts, a, -MOST, most - off)
        _narrow(facts, b, low + off, MOST)
    else:
        _narrow(facts, a, least + off, MOST)
        _narrow(facts, b, -MOST, high - off)
