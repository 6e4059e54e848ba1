# SPDX-License-Identifier: GPL-2.0-only
"""The short way to "nothing is wrong" says so for just what jsonschema finds no fault in."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from kiter.spec.check import _validator, spec_schema
from kiter.spec.load import load
from kiter.spec.valid import keeps

SPECS = [load(path).data for path in sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))]
LEAVES = st.one_of(
    st.sampled_from(["", "x", "1", "u32", "rcu", "x y", "CONFIG_NET", "6.12", "6.12-", "a.h\n", "EINVAL"]),
    st.sampled_from([None, True, False, 0, 1, -1, 33, 2**64, [], {}, ["x"], ["x", "x"], {"x": "y"}]),
).map(copy.deepcopy)
KEYS = ["x", "doc", "type", "next", "since", "6.12-", "cursor", "keep", "flags", "X-Y", "value"]


def _places(value: Any, trail: tuple = ()) -> list[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [trail, *(place for step, part in inner for place in _places(part, (*trail, step)))]


@st.composite
def documents(draw) -> Any:
    """A spec of ours with some values taken away, put in or replaced."""
    data = copy.deepcopy(draw(st.sampled_from(SPECS)))
    for _ in range(draw(st.integers(0, 3))):
        trail = draw(st.sampled_from(_places(data)))
        if not trail:
            continue
        holder = data
        for step in trail[:-1]:
            holder = holder[step]
        how = draw(st.sampled_from(["replace", "remove", "add", "copy"]))
        if how == "remove":
            del holder[trail[-1]]
        elif how == "replace":
            holder[trail[-1]] = draw(LEAVES)
        elif isinstance(holder, list):
            holder.append(draw(LEAVES) if how == "add" else copy.deepcopy(holder[trail[-1]]))
        else:
            holder[draw(st.sampled_from(KEYS))] = draw(LEAVES) if how == "add" else holder[trail[-1]]
    return data


@given(data=documents())
@settings(max_examples=300)
def test_both_ways_agree(data):
    right = _validator(spec_schema()).is_valid(data)
    event("valid" if right else "invalid")
    assert keeps(data, spec_schema()) == right


@pytest.mark.parametrize("data", SPECS, ids=lambda data: data["iterator"])
def test_our_own_specs_take_the_short_way(data):
    assert keeps(data, spec_schema())


def test_a_keyword_that_is_not_known_takes_the_long_way():
    assert not keeps({"a": 1}, {"dependentRequired": {"b": ["c"]}})
    assert keeps({"a": 1}, {"additionalProperties": True, "properties": {"b": {"not": {}}}})
