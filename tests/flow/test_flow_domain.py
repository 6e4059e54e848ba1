# SPDX-License-Identifier: GPL-2.0-only
"""What a path knows of values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiter.flow.domain import Facts, assume, bounds, compared, possible, truth
from kiter.flow.evaluate import computed
from kiter.flow.values import NULL, Address, Const, Symbol, Term, Value

X, Y = Symbol("param", "x"), Symbol("param", "y")
HERE = Address(("global", "here"), "")
NUMBERS = st.integers(-200, 200)
COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def _holds(operator: str, a: int, b: int) -> bool:
    return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


@given(number=NUMBERS, asked=st.lists(st.tuples(COMPARISONS, NUMBERS), max_size=6))
def test_what_is_assumed_of_a_number_never_rules_it_out(number, asked):
    facts: Facts = {}
    for operator, limit in asked:
        assert assume(facts, computed(operator, X, Const(limit)), _holds(operator, number, limit))
    low, high = bounds(facts, X)
    assert low <= number <= high and possible(facts)
    for operator, limit in asked:
        assert truth(facts, computed(operator, X, Const(limit))) == _holds(operator, number, limit)


@given(a=NUMBERS, b=NUMBERS, operator=COMPARISONS, asked=COMPARISONS)
def test_two_unknowns_are_compared_as_they_were(a, b, operator, asked):
    facts: Facts = {}
    assert assume(facts, computed(operator, X, Y), _holds(operator, a, b))
    known = truth(facts, computed(asked, X, Y))
    assert known is None or known == _holds(asked, a, b)


def test_a_pointer_that_was_tested_stays_tested():
    facts: Facts = {}
    assert truth(facts, X) is None
    assert assume(facts, X, wanted=True)
    assert truth(facts, X) is True and not assume(facts, X, wanted=False)
    assert assume(facts, Term("==", (X, HERE)), wanted=False)
    assert truth(facts, X) is True, "what it is not, too, does not make it forget"


def test_a_place_is_not_null_and_not_another_place():
    assert truth({}, HERE) is True
    assert compared({}, "==", HERE, Address(("global", "there"), "")) is False
    assert compared({}, "==", HERE, NULL) is False


def test_what_follows_from_a_product_can_be_found_impossible():
    """A buffer of n words of which n is not 1 is no buffer of 64 bits."""
    facts: Facts = {}
    bits: Value = Term("*", (X, Const(64)))
    assert assume(facts, computed(">", X, NULL), wanted=True)
    assert assume(facts, Term("==", (bits, Const(64))), wanted=False)
    assert truth(facts, computed("<=", bits, Const(64))) is False
    assert assume(facts, computed("<=", X, Const(1)), wanted=True)
    assert not possible(facts)
