# SPDX-License-Identifier: GPL-2.0-only
"""Our validator finds fault with just what jsonschema finds fault with."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kiter.spec.check import spec_schema
from kiter.spec.load import load
from kiter.spec.validator import KEYWORDS, violations

SPECS = [load(path).data for path in sorted((Path(__file__).parents[2] / "specs").rglob("*.yaml"))]
LIBRARY = Draft202012Validator(spec_schema())
LEAVES = st.one_of(
    st.sampled_from(["", "x", "1", "u32", "rcu", "x y", "CONFIG_NET", "6.12", "6.12-", "a.h", "EINVAL"]),
    st.sampled_from([None, True, False, 0, 1, -1, 33, 2**64, [], {}, ["x"], ["x", "x"], {"x": "y"}]),
).map(copy.deepcopy)
KEYS = ["x", "doc", "type", "next", "kernels", "6.12-", "cursor", "keep", "flags", "X-Y", "value"]
KEYS += ["sleepable", "rcu", "folder", "early", "put", "tryget", "result", "do", "gives", "join", "reserved"]


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
def test_both_find_the_same_faults(data):
    theirs = {(str(e.validator), *e.absolute_path) for e in LIBRARY.iter_errors(data)}
    event("invalid" if theirs else "valid")
    assert {(v.keyword, *v.trail) for v in violations(data, spec_schema())} == theirs


@pytest.mark.parametrize("schema", ["spec", "small"])
def test_the_schemas_have_only_keywords_that_it_knows(schema, small_schema):
    assert _keywords(spec_schema() if schema == "spec" else small_schema) <= KEYWORDS


def _keywords(part: Any) -> set[str]:
    """The keywords of a schema and of all its parts."""
    found = set(part)
    for keyword in ("properties", "$defs"):
        found |= {word for inner in part.get(keyword, {}).values() for word in _keywords(inner)}
    for keyword in ("allOf", "anyOf"):
        found |= {word for inner in part.get(keyword, ()) for word in _keywords(inner)}
    for keyword in ("items", "propertyNames", "additionalProperties"):
        found |= _keywords(part[keyword]) if isinstance(part.get(keyword), dict) else set()
    return found


def test_it_loads_without_the_library_and_where_nothing_can_be_written():
    """The check of every spec must be fast on a machine that kiter has never run on."""
    script = "import sys; from kiter.cli.main import main; print(main(['lint']), 'jsonschema' in sys.modules)"
    environment = {**os.environ, "HOME": "/nonexistent", "XDG_CACHE_HOME": "/proc/nothing"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 False"
