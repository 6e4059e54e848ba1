# SPDX-License-Identifier: GPL-2.0-only
"""Specs that pass the schema and are otherwise anything: the real ones, cut up and put together anew."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from kiter.spec.load import load

ROOT = Path(__file__).parents[2]
SPECS = [load(p).data for p in sorted((ROOT / "specs").rglob("*.yaml"))]

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
VERSIONS = ["6.12-", "-6.11", "6.7-6.11", "6.13-", "-", "7.0-6.0", "9999.1-", "0.0-"]
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
ORACLES = ["processes", "processes_from_task", "threads", "own_threads", "preorder", "children"]

names, types, texts = st.sampled_from(NAMES), st.sampled_from(TYPES), st.sampled_from(TEXTS)
lines, structs = st.sampled_from(LINES), st.sampled_from([t for t in TYPES if t.endswith("t *")])
snippets = st.sampled_from(CODE) | st.dictionaries(
    st.sampled_from(VERSIONS), st.sampled_from(CODE), min_size=1
)
errnos = st.sampled_from(["EINVAL", "ENOSUCH"])
checks = st.lists(
    st.fixed_dictionaries(
        {"when": snippets, "fails": st.dictionaries(errnos, lines, min_size=1, max_size=1)}
    ),
    min_size=1,
    max_size=2,
)
some_names = st.lists(names, max_size=2, unique=True)
starts = st.fixed_dictionaries({"from": snippets, "linked": snippets, "fails": st.just({"ESRCH": "it left"})})
walks: dict[str, st.SearchStrategy[Any]] = {
    "cursor": st.fixed_dictionaries(
        {"next": snippets}, optional={"as": names, "type": structs, "first": snippets}
    ),
    "ring": st.fixed_dictionaries(
        {"anchor": snippets, "next": snippets},
        optional={
            "as": names,
            "type": structs,
            "start": st.fixed_dictionaries(
                {"from": snippets, "linked": snippets, "fails": st.just({"ESRCH": "gone"})}
            ),
        },
    ),
    "list": st.fixed_dictionaries(
        {"head": snippets, "member": names}, optional={"as": names, "type": structs}
    ),
    "raw": st.fixed_dictionaries({"next": snippets, "reads": some_names, "writes": some_names}),
}
levels = st.one_of(*(st.fixed_dictionaries({kind: walks[kind]}) for kind in ("cursor", "ring", "list")))
walks["nested"] = st.lists(levels, min_size=2, max_size=2)
cases = st.fixed_dictionaries(
    {"doc": lines},
    optional={
        **walks,
        "value": st.integers(0, 2**33),
        "kernels": st.sampled_from(VERSIONS),
        "requires": st.lists(names, min_size=1, unique=True),
        "checks": checks,
        "expect": st.sampled_from(ORACLES),
    },
)
of_its_own: dict[str, st.SearchStrategy[Any]] = {
    "range": st.fixed_dictionaries({"from": names, "to": names}, optional={"most": snippets}),
    "repeat": st.fixed_dictionaries({"times": names, "element": names}),
    "index": st.fixed_dictionaries({"next": snippets, "end": snippets}, optional={"as": names}),
    "native": st.fixed_dictionaries(
        {"type": st.just("struct theirs"), "start": snippets, "next": snippets, "end": snippets},
        optional={"as": names, "sticky": st.booleans()},
    ),
    "linked": st.fixed_dictionaries({"node": snippets, "next": snippets}),
}
locks = st.dictionaries(st.sampled_from(["mutex", "spin", "spin_irqsave"]), snippets, min_size=1, max_size=1)
resources = st.fixed_dictionaries(
    {"type": types, "get": snippets},
    optional={
        "put": snippets,
        "fails": st.dictionaries(errnos, lines, min_size=1),
        "kernels": st.sampled_from(VERSIONS),
    },
)
buffers = st.fixed_dictionaries(
    {"type": types, "count": snippets},
    optional={
        "inline": st.integers(1, 4),
        "fill": snippets,
        "fails": st.just({"EFAULT": "it is bad"}),
        "kernels": st.sampled_from(VERSIONS),
    },
)
helpers = st.fixed_dictionaries(
    {"doc": lines, "body": snippets},
    optional={
        "takes": st.dictionaries(names, types, max_size=2),
        "gives": types,
        "kernels": st.sampled_from(VERSIONS),
    },
)
companions = st.fixed_dictionaries(
    {"doc": lines},
    optional={
        "arguments": st.dictionaries(names, st.fixed_dictionaries({"type": types, "doc": lines}), max_size=2),
        "iterator": st.sampled_from(["first", "last"]),
        "gives": types,
        "result": snippets,
        "empty": snippets,
        "do": snippets,
        "rcu": st.booleans(),
        "sets": st.just(["some_ids"]),
    },
)
held = st.fixed_dictionaries(
    {"put": snippets}, optional={"get": snippets, "last": snippets, "handover": st.booleans()}
)
copies = st.fixed_dictionaries({}, optional={"get": snippets, "put": snippets})
flag_values = st.dictionaries(st.sampled_from(["X_ONE", "X_TWO"]), st.just({"doc": "x"}), min_size=1)
arguments = st.fixed_dictionaries(
    {"type": types, "doc": lines},
    optional={
        "keep": st.sampled_from(["rcu", "copy"]),
        "nullable": st.booleans(),
        "enum": names,
        "defines": st.sampled_from(["enum", "enum order"]),
        "trust": st.sampled_from(["rcu", "trusted"]),
        "ignored": st.booleans(),
        "implicit": st.booleans(),
        "bits": flag_values,
        "values": st.dictionaries(names, cases | st.just({"doc": "x"}), min_size=1, max_size=3),
        "reserved": st.booleans(),
    },
)
# What may stand at each key, wherever the key is.
GROWN: dict[str, st.SearchStrategy[Any]] = {
    **walks,
    **of_its_own,
    "lock": locks,
    "resources": st.dictionaries(names, resources, min_size=1, max_size=2),
    "buffers": st.dictionaries(names, buffers, min_size=1, max_size=2),
    "helpers": st.dictionaries(names, helpers, min_size=1, max_size=2),
    "companions": st.dictionaries(names, companions, min_size=1, max_size=2),
    "allocate": st.booleans(),
    "inside": st.booleans(),
    "open": st.booleans(),
    "header": st.just("include/linux/x.h"),
    "lifetime": st.one_of(
        st.sampled_from(["rcu", "state", "native", "snapshot", "x", "forever"]),
        st.fixed_dictionaries({"held": held}),
        st.fixed_dictionaries({"snapshot": copies}),
    ),
    "trust": st.sampled_from(["rcu", "trusted"]),
    "ignored": st.booleans(),
    "implicit": st.booleans(),
    "bits": flag_values,
    "values": st.dictionaries(names, cases | st.just({"doc": "x"}), min_size=1, max_size=3),
    "reserved": st.booleans(),
    "sleepable": st.booleans(),
    "perfmon": st.booleans(),
    "spinlock": st.just({"7.3-": True}),
    "fails": st.just({"EBUSY": "irqs_off"}),
    "trusted": st.just({"parent": {"type": "struct thing *", "nullable": True}}),
    "allow": st.just({"sleepable": True}),
    "done": snippets,
    "iterator": names | st.just("a" * 60),
    "summary": lines,
    "kernels": st.sampled_from(VERSIONS),
    "file": st.just("kernel/bpf/x.c"),
    "guard": st.sampled_from(["CONFIG_CGROUPS", "CONFIG_X"]),
    "set": st.just({"programs": ["tracing", "struct_ops"]}),
    "context": st.fixed_dictionaries({}, optional={"rcu": st.booleans(), "sleepable": st.booleans()}),
    "type": types,
    "arguments": st.dictionaries(names, arguments, max_size=4),
    "checks": checks,
    "state": st.dictionaries(names, st.fixed_dictionaries({"type": types, "init": snippets})),
    "room": st.integers(1, 32),
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
GROWN["placement"] = st.fixed_dictionaries(
    {}, optional={key: GROWN[key] for key in ("file", "inside", "open", "header", "room", "set")}
)
GROWN["walk"] = st.one_of(
    *(
        st.fixed_dictionaries({kind: walk}, optional={"lock": locks})
        for kind, walk in (walks | of_its_own).items()
    )
)
# Which of them may stand in which mapping, by the key that leads to it.
WALKING = ["cursor", "ring", "list", "nested", "raw", "expect"]
FLAGS = ["trust", "ignored", "implicit", "bits", "values", "reserved"]
PLACES = {
    "": [
        *("resources", "buffers", "helpers", "companions", "allocate", "placement"),
        "guard",
        "kernels",
        "arguments",
        "checks",
        "state",
        "tests",
        "docs",
        "walk",
        "iterator",
    ],
    "placement": ["file", "inside", "open", "header", "room", "set"],
    "walk": [*WALKING, *of_its_own, "lock"],
    "case": [*WALKING, "doc", "value", "kernels", "requires", "checks"],
    "argument": ["type", "doc", "keep", "nullable", "enum", "defines", *FLAGS],
    "cursor": ["as", "first", "next", "done"],
    "ring": ["as", "anchor", "next"],
    "list": ["as", "head"],
    "raw": ["next"],
    "context": ["rcu", "sleepable", "perfmon", "spinlock", "fails", "allow"],
    "element": ["element type", "lifetime", "trusted"],
}


class Plain(yaml.SafeDumper):
    """Writes a value that is there twice out twice: kiter refuses aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _mappings(value: Any, place: str = "") -> list[tuple[dict[str, Any], str]]:
    """Every mapping of a spec with the name of its place."""
    if isinstance(value, list):
        return [found for item in value for found in _mappings(item, place)]
    if not isinstance(value, dict):
        return []
    inside = {"arguments": "argument", "values": "case"}.get(place)
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
    return yaml.dump(data, Dumper=Plain, allow_unicode=True, sort_keys=False, width=10**6)


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
