# SPDX-License-Identifier: GPL-2.0-only
"""A value is what a frozen dataclass would be, to whoever compares, hashes, copies or prints it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kiter.value_class import value_class

GEN = Path(__file__).parents[2] / "gen"


@value_class
class Value:
    """One of ours."""

    name: str
    number: int = 0
    seen: list[int] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Model:
    """What it must behave like."""

    name: str
    number: int = 0
    seen: list[int] = field(default_factory=list, compare=False, repr=False)


@value_class
class Empty:
    """A value without fields."""


FIELDS = st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.lists(st.integers(), max_size=1))


@given(FIELDS, FIELDS)
def test_it_is_as_a_frozen_dataclass(one, other):
    ours, theirs = [Value(*given) for given in (one, other)], [Model(*given) for given in (one, other)]
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert (hash(ours[0]) == hash(ours[1])) == (hash(theirs[0]) == hash(theirs[1]))
    assert repr(ours[0]) == repr(theirs[0]).replace("Model", "Value")
    assert asdict(ours[0]) == asdict(theirs[0])
    assert replace(ours[0], number=7).number == 7


def test_a_value_equals_none_of_another_class():
    assert Value("a") != Model("a")
    assert Empty() == Empty() != Value("a")
    assert not hasattr(Value("a"), "__dict__")


def test_values_are_made_in_one_way():
    wanted = "@dataclass(frozen=True, slots=True)\n"
    assert [path for path in GEN.rglob("*.py") if wanted in path.read_text("utf-8")] == []
