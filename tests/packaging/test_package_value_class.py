# SPDX-License-Identifier: GPL-2.0-only
"""A value is what a frozen dataclass would be, to whoever compares, hashes, copies or prints it."""

from __future__ import annotations

import operator
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiter.regex import regex
from kiter.value_class import value_class

GEN = Path(__file__).parents[2] / "gen"


@value_class(order=True)
class Value:
    """One of ours."""

    name: str
    number: int = 0
    seen: list[int] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True, order=True)
class Model:
    """What it must behave like."""

    name: str
    number: int = 0
    seen: list[int] = field(default_factory=list, compare=False, repr=False)


@value_class
class Empty:
    """A value without fields."""


FIELDS = st.tuples(st.sampled_from("ab"), st.integers(0, 2), st.lists(st.integers(), max_size=1))


@value_class(eq=False, kw_only=True)
class Other:
    """One that is told from others by itself."""

    name: str


@value_class
class _First:
    """What another inherits from."""

    first: str


@value_class
class Inherits(_First):
    """Has the fields of two classes, of which neither was made before."""

    second: int


@given(FIELDS, FIELDS)
def test_it_is_as_a_frozen_dataclass(one, other):
    ours, theirs = [Value(*given) for given in (one, other)], [Model(*given) for given in (one, other)]
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert (hash(ours[0]) == hash(ours[1])) == (hash(theirs[0]) == hash(theirs[1]))
    for compared in (operator.lt, operator.le, operator.gt, operator.ge):
        assert compared(*ours) == compared(*theirs)
    assert repr(ours[0]) == repr(theirs[0]).replace("Model", "Value")
    assert asdict(ours[0]) == asdict(theirs[0])
    assert replace(ours[0], number=7).number == 7


def test_a_value_equals_none_of_another_class():
    assert Value("a") != Model("a")
    assert Empty() == Empty() != Value("a")


def test_what_is_not_compared_equals_itself_alone():
    one = Other(name="a")
    assert one != Other(name="a")
    assert {one: 1}[one] == 1


def test_a_class_inherits_fields():
    assert Inherits("b", 1) == Inherits(first="b", second=1)
    assert [one.name for one in fields(Inherits)] == ["first", "second"]


@pytest.mark.parametrize("before", [0, 1, 50])
def test_values_are_made_alike_however_many_there_are(before):
    fresh = value_class(_copy(Value))
    for _ in range(before):
        fresh("a")
    one, other = fresh("a", number=2), fresh(name="a")
    assert (one.name, one.number, one.seen) == ("a", 2, [])
    assert (other.name, other.number, other.seen) == ("a", 0, [])
    one.seen.append(1)
    assert other.seen == []


@pytest.mark.parametrize("before", [0, 50])
def test_what_a_dataclass_refuses_is_refused(before):
    fresh, named = value_class(_copy(Value)), value_class(kw_only=True)(_copy(Other))
    for _ in range(before):
        fresh("a"), named(name="a")
    for by_place, by_name in (
        ((), {}),
        (("a", 1, [], 2), {}),
        (("a",), {"name": "a"}),
        (("a",), {"other": 1}),
    ):
        with pytest.raises(TypeError, match="__init__"):
            fresh(*by_place, **by_name)
        with pytest.raises(TypeError, match="__init__"):
            named(*by_place, **by_name)


def _copy(cls):
    """The class as its author wrote it, of which no value was made."""
    written = ("__annotations__", "__doc__")
    defaults = {one.name: _default(one) for one in fields(cls)}
    given = {name: default for name, default in defaults.items() if default is not MISSING}
    return type(cls.__name__, (), {name: cls.__dict__[name] for name in written} | given)


def _default(one):
    made = one.default_factory is not MISSING
    return field(default_factory=one.default_factory, compare=one.compare) if made else one.default


def test_a_class_is_made_with_its_first_value_by_whichever_thread():
    for _ in range(20):
        made = value_class(type("Fresh", (), {"__annotations__": {"at": "int"}, "__doc__": "One of many."}))
        assert "__match_args__" not in made.__dict__
        with ThreadPoolExecutor(8) as pool:
            assert [one.at for one in pool.map(made, range(50))] == [*range(50)]
        assert made.__match_args__ == ("at",)


def test_values_and_expressions_are_made_in_one_way():
    texts = {path: path.read_text("utf-8") for path in GEN.rglob("*.py")}
    assert [path for path, text in texts.items() if "@dataclass(frozen=True" in text] == []
    assert [path for path, text in texts.items() if "def __post_init__" in text] == [], (
        "nothing would call it"
    )
    early = re.compile(r"^\S.*(?<!\.)\bre\.compile\(", re.MULTILINE)
    assert [path for path, text in texts.items() if early.search(text)] == []


@pytest.mark.parametrize(("text", "given"), [(r"a(\w+)", "xabc"), (rb"a(\w+)", b"xabc")])
def test_an_expression_is_compiled_when_it_is_asked(text, given):
    asked, compiled = regex(text), re.compile(text)
    assert asked.search(given)[1] == compiled.search(given)[1]
    assert asked.sub(given[:1], given) == compiled.sub(given[:1], given)
    assert asked.pattern == text
    with pytest.raises(AttributeError):
        asked.nothing  # noqa: B018


def test_every_expression_of_a_module_is_a_right_one():
    """One process that compiles each as its module is imported."""
    names = (".".join(path.relative_to(GEN).with_suffix("").parts) for path in GEN.rglob("*.py"))
    modules = sorted(name.removesuffix(".__init__") for name in names)
    script = "import importlib, re, sys; import kiter.regex; kiter.regex.regex = re.compile\n"
    script += "for name in sys.argv[1:]: importlib.import_module(name)"
    subprocess.run([sys.executable, "-c", script, *modules], check=True)
