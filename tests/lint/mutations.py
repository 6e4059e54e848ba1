# SPDX-License-Identifier: GPL-2.0-only
"""Specs that pass the schema and are otherwise anything: the real ones, cut up and put together anew."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
SPECS = [yaml.safe_load(p.read_text("utf-8")) for p in sorted((ROOT / "specs").rglob("*.yaml"))]

NAMES = [
    "task",
    "flags",
    "pos",
    "start",
    "first",
    "kit",
    "root",
    "live",
    "nr",
    "int",
    "_",
    "x__sz",
    "wrapped",
]
TYPES = ["int", "u64", "struct task_struct *", "struct cgroup_subsys_state *", "struct mount *", "void *"]
TYPES += ["unsigned int", "my_t", "char **", "struct list_head", "bool"]
GOOD = [
    "&init_task",
    "next_task(pos)",
    "f(pos)",
    "f(pos, nr)",
    "nr + 1",
    "pos ? 1 : NULL",
    "x && pos || y",
    "-pos",
    "1",
]
GOOD += [
    "f()(pos)",
    "g(pos ?: b)",
    "!pos",
    "pos == x",
    "&x[pos]",
    "(f(pos), 1)",
    "({ f(pos); })",
    "f(pos," + " longer" * 30 + ")",
]
BAD = [
    "pos",
    "task",
    "f(pos, start)",
    "a, b",
    "x;",
    "((",
    "'",
    "/* */",
    "\n",
    " ",
    "!task",
    "a && b",
    "pos = NULL;",
    "#if",
]
BAD += [
    '"',
    "it->x",
    "\\",
    "é",
    "{nr}",
    "%s",
    "pos = f(pos);\nif (!pos)\n\tnr++;",
    "return",
    "f((",
    "f)",
    "f(,)",
    "()",
    "[",
]
CODE = GOOD * 4 + BAD
VERSIONS = ["6.12-", "-6.11", "6.7-6.11", "6.13-", "-", "7.0-6.0"]
LINES = [
    " ",
    "x",
    "@task",
    "@nobody",
    "{{ x }}",
    "%s",
    "*/",
    "long " * 60,
    "wide" * 60,
    "\\",
    "``",
    "a: b # c",
    "é",
]
TEXTS = [*LINES, "", "a\n\nb", "\n\n", "a\n  b\n"]
RELEASES = ["6.7", "6.12", "6.13", "9999.1", "0.0"]
ORACLES = ["processes", "processes_from_task", "threads", "own_threads", "preorder", "children"]

names, types, texts = st.sampled_from(NAMES), st.sampled_from(TYPES), st.sampled_from(TEXTS)
lines, structs = st.sampled_from(LINES), st.sampled_from([t for t in TYPES if t.endswith("t *")])
snippets = st.sampled_from(CODE) | st.dictionaries(
    st.sampled_from(VERSIONS), st.sampled_from(CODE), min_size=1
)
checks = st.lists(
    st.fixed_dictionaries(
        {"refuse": snippets, "errno": st.sampled_from(["EINVAL", "ENOSUCH"]), "doc": lines}
    ),
    min_size=1,
    max_size=2,
)
walks: dict[str, st.SearchStrategy[Any]] = {
    "cursor": st.fixed_dictionaries(
        {"next": snippets}, optional={"as": names, "type": structs, "first": snippets}
    ),
    "ring": st.fixed_dictionaries(
        {"anchor": snippets, "next": snippets},
        optional={
            "as": names,
            "type": structs,
            "start": st.fixed_dictionaries({"from": snippets, "linked": snippets, "errno": st.just("ESRCH")}),
        },
    ),
    "list": st.fixed_dictionaries(
        {"head": snippets, "member": names}, optional={"as": names, "type": structs}
    ),
    "raw": st.fixed_dictionaries({"next": snippets}),
}
levels = st.one_of(*(st.fixed_dictionaries({kind: walks[kind]}) for kind in ("cursor", "ring", "list")))
walks["nested"] = st.lists(levels, min_size=2, max_size=2)
cases = st.fixed_dictionaries(
    {"doc": lines},
    optional={
        **walks,
        "value": st.integers(0, 2**33),
        "since": st.sampled_from(RELEASES),
        "until": st.sampled_from(RELEASES),
        "requires": st.lists(names, min_size=1, unique=True),
        "checks": checks,
        "expect": st.sampled_from(ORACLES),
    },
)
arguments = st.fixed_dictionaries(
    {"type": types, "doc": lines},
    optional={
        "keep": st.sampled_from(["rcu", "copy"]),
        "nullable": st.booleans(),
        "enum": names,
        "defines": st.sampled_from(["enum", "enum order"]),
    },
)
# What may stand at each key, wherever the key is.
GROWN: dict[str, st.SearchStrategy[Any]] = {
    **walks,
    "iterator": names | st.just("a" * 60),
    "summary": lines,
    "since": st.sampled_from(RELEASES),
    "until": st.sampled_from(RELEASES),
    "file": st.just("kernel/bpf/x.c"),
    "guard": st.sampled_from(["CONFIG_CGROUPS", "CONFIG_X"]),
    "set": st.just({"programs": ["tracing", "struct_ops"]}),
    "context": st.fixed_dictionaries({"rcu": st.booleans()}),
    "type": types,
    "arguments": st.dictionaries(names, arguments, max_size=4),
    "checks": checks,
    "state": st.dictionaries(names, st.fixed_dictionaries({"type": types, "init": snippets})),
    "room": st.integers(1, 32),
    "select": names,
    "cases": st.dictionaries(names, cases, min_size=1, max_size=3),
    "tests": st.fixed_dictionaries(
        {},
        optional={
            "identity": snippets,
            "arguments": st.dictionaries(names, snippets),
            "config": st.lists(st.sampled_from(["CONFIG_X", "CONFIG_CGROUPS"]), unique=True),
        },
    ),
    "docs": texts | st.dictionaries(st.sampled_from(VERSIONS), texts, min_size=1),
    "doc": lines,
    "requires": st.lists(names, min_size=1, unique=True),
    "value": st.integers(0, 2**33),
    "expect": st.sampled_from(ORACLES),
    "keep": st.sampled_from(["rcu", "copy"]),
    "nullable": st.booleans(),
    "next": snippets,
    "first": snippets,
    "head": snippets,
    "anchor": snippets,
    "as": names,
    "enum": names,
    "defines": st.sampled_from(["enum", "enum order"]),
    "rcu": st.booleans(),
    "element type": structs,
}
GROWN["walk"] = st.one_of(
    *(st.fixed_dictionaries({kind: walks[kind]}) for kind in walks)
) | st.fixed_dictionaries({"select": names, "cases": GROWN["cases"]})
# Which of them may stand in which mapping, by the key that leads to it.
WALKING = ["cursor", "ring", "list", "nested", "raw", "expect"]
PLACES = {
    "": [
        "guard",
        "set",
        "file",
        "since",
        "arguments",
        "checks",
        "state",
        "room",
        "tests",
        "docs",
        "walk",
        "iterator",
    ],
    "walk": [*WALKING, "select", "cases"],
    "case": [*WALKING, "doc", "value", "since", "until", "requires", "checks"],
    "argument": ["type", "doc", "keep", "nullable", "enum", "defines"],
    "cursor": ["as", "first", "next"],
    "ring": ["as", "anchor", "next"],
    "list": ["as", "head"],
    "raw": ["next"],
    "context": ["rcu"],
    "element": ["element type"],
}


def _mappings(value: Any, place: str = "") -> list[tuple[dict[str, Any], str]]:
    """Every mapping of a spec with the name of its place."""
    if isinstance(value, list):
        return [found for item in value for found in _mappings(item, place)]
    if not isinstance(value, dict):
        return []
    inside = {"arguments": "argument", "cases": "case"}.get(place)
    found = [(value, place)]
    for key, item in value.items():
        found += _mappings(item, inside or key)
    return found


@st.composite
def specs(draw: st.DrawFn) -> str:
    """The text of a spec after some changes; it need not pass the schema any more."""
    data = copy.deepcopy(draw(st.sampled_from(SPECS)))
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, data)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10**6)


def _change(draw: st.DrawFn, data: dict[str, Any]) -> None:
    """Takes a key away, or gives one a value that may stand there."""
    at, place = draw(st.sampled_from(_mappings(data)))
    possible = PLACES.get(place, [])
    if at and (not possible or draw(st.integers(0, 4)) == 0):
        del at[draw(st.sampled_from(sorted(at)))]
    elif possible:
        key = draw(st.sampled_from(possible))
        # A copy, because a later change would change what the strategy keeps.
        at[key.removeprefix("element ")] = copy.deepcopy(draw(GROWN[key]))
