# SPDX-License-Identifier: GPL-2.0-only
"""The lives of small iterators: what breaks in them, and what is not known."""

from __future__ import annotations

import re

import pytest

from kiter.csource.source import Source
from kiter.flow.lifecycle import Life, Subject, live
from kiter.flow.program import Program

FRAME = """
struct bpf_iter_x { __u64 __opaque[2]; };
struct bpf_iter_x_kern { struct foo *pos; u32 left; };
%(before)s
__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct foo *foo, u32 left)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	%(new)s
}
__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct foo *pos = kit->pos;

	%(next)s
}
__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	%(destroy)s
}
"""
RIGHT = {
    "before": "",
    "new": "kit->pos = NULL;\n\tif (left > 9)\n\t\treturn -E2BIG;\n\tkit->pos = foo;\n\treturn 0;",
    "next": "if (!pos)\n\t\treturn NULL;\n\tkit->pos = next_foo(pos);\n\treturn pos;",
    "destroy": "kit->pos = NULL;",
}


def life(**parts: str) -> Life:
    """All that happens to an iterator, parts of which are given."""
    program = Program(Source("x.c", FRAME % (RIGHT | parts)))
    codes = [program.code(f"bpf_iter_x_{what}") for what in ("new", "next", "destroy")]
    new, following, destroy = (code for code in codes if code is not None)
    return live(Subject(program, new, following, destroy, {}))


def faults(**parts: str) -> set[tuple[str, str]]:
    """The kinds of what breaks for sure, with the phases that they are found in; an argument may be kept."""
    found = life(**parts).findings
    return {(one.phase, one.fault.kind) for one in found if not one.fault.doubt} - {("new", "kept")}


def test_a_right_one_breaks_nothing():
    assert faults() == set()


WRONG = [
    ("late", {"new": "if (left > 9)\n\t\treturn -E2BIG;\n\tkit->pos = foo;\n\treturn 0;"}, "failed", "unset"),
    ("restart", {"next": "kit->pos = next_of(pos, &foos);\n\treturn kit->pos;"}, "drained", "element"),
    (
        "source",
        {"next": "if (!pos || last(pos, &foos))\n\t\treturn NULL;\n\treturn pos;"},
        "drained",
        "element",
    ),
    (
        "wraps",
        {
            "new": "kit->pos = foo;\n\tkit->left = left;\n\treturn 0;",
            "next": "if (!pos || !kit->left--)\n\t\treturn NULL;\n\treturn pos;",
        },
        "drained",
        "element",
    ),
    (
        "leak",
        {"new": "kit->pos = kmalloc(8, GFP_ATOMIC);\n\treturn 0;", "next": "return NULL;"},
        "live destroy",
        "leaked",
    ),
    (
        "twice",
        {
            "new": "kit->pos = get_file(foo);\n\treturn 0;",
            "next": "if (!pos)\n\t\treturn NULL;\n\tfput(pos);\n\treturn NULL;",
            "destroy": "if (kit->pos)\n\t\tfput(kit->pos);",
        },
        "drained destroy",
        "twice",
    ),
    ("lock", {"new": "kit->pos = foo;\n\tmutex_lock(&foos);\n\treturn 0;"}, "new", "held"),
    ("null", {"destroy": "fput(kit->pos);"}, "failed destroy", "idle"),
]


@pytest.mark.parametrize(("parts", "phase", "kind"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_breaks_is_found_where_it_does(parts, phase, kind):
    assert (phase, kind) in faults(**parts)


STYLES = [
    (
        "switch",
        {
            "new": "switch (left) {\n\tcase 1:\n\t\tkit->pos = foo;\n\t\treturn 0;\n"
            "\tdefault:\n\t\tbreak;\n\t}\n\tkit->pos = NULL;\n\treturn -EINVAL;"
        },
    ),
    ("goto", {"next": "if (!pos)\n\t\tgoto out;\n\tkit->pos = next_foo(pos);\nout:\n\treturn pos;"}),
    (
        "memset",
        {
            "new": "memset(kit, 0, sizeof(*kit));\n\tif (!left)\n\t\treturn -EINVAL;\n"
            "\tkit->pos = foo;\n\treturn 0;"
        },
    ),
    (
        "literal",
        {"new": "*kit = (struct bpf_iter_x_kern){ .pos = left ? foo : NULL };\n\treturn left ? 0 : -EINVAL;"},
    ),
    ("xchg", {"next": "return xchg(&kit->pos, NULL);"}),
    ("guard", {"next": "guard(rcu)();\n\tif (!pos)\n\t\treturn NULL;\n\tkit->pos = NULL;\n\treturn pos;"}),
    (
        "scoped",
        {
            "next": "scoped_guard(spinlock, &foos) {\n\t\tif (!pos)\n\t\t\treturn NULL;\n"
            "\t\tkit->pos = NULL;\n\t}\n\treturn pos;"
        },
    ),
    (
        "helper",
        {
            "before": "static void clear(struct bpf_iter_x_kern *kit)\n{\n\tkit->pos = NULL;\n}",
            "new": "clear(kit);\n\tif (!left)\n\t\treturn -EINVAL;\n\tkit->pos = foo;\n\treturn 0;",
        },
    ),
    (
        "loop",
        {
            "next": "list_for_each_entry(pos, &foos, node) {\n\t\tif (pos == kit->pos)\n\t\t\tbreak;\n\t}\n"
            "\tif (!kit->pos)\n\t\treturn NULL;\n\tkit->pos = NULL;\n\treturn pos;"
        },
    ),
]


@pytest.mark.parametrize("parts", [s[1] for s in STYLES], ids=[s[0] for s in STYLES])
def test_styles_in_which_nothing_breaks(parts):
    assert faults(**parts) == set()


def test_what_a_function_elsewhere_does_is_not_known():
    """It gets the iterator, so nobody here knows what it leaves there."""
    parts = {"next": "step_foo(kit);\n\treturn kit->pos;"}
    assert faults(**parts) == set()
    assert any(one.fault.doubt for one in life(**parts).findings)


def test_the_way_is_told_line_by_line():
    late = life(new="if (left > 9)\n\t\treturn -E2BIG;\n\tkit->pos = foo;\n\treturn 0;")
    fault = next(one.fault for one in late.findings if one.fault.kind == "unset")
    rows = [spot.row for spot in fault.trail]
    assert rows == sorted(rows)
    assert re.search("left > 9", fault.trail[0].says)
    assert "return -E2BIG" in [spot.says for spot in fault.trail]


def test_a_function_that_calls_itself_ends():
    parts = {
        "before": "static struct foo *again(struct foo *p)\n{\n\treturn p ? again(p->next) : NULL;\n}",
        "next": "if (!pos)\n\t\treturn NULL;\n\tkit->pos = again(pos);\n\treturn pos;",
    }
    assert faults(**parts) == set()


def test_a_chain_of_else_ifs_is_given_up():
    chain = " else ".join(f"if (left == {n})\n\t\treturn -EINVAL;" for n in range(500))
    assert life(new=f"{chain}\n\tkit->pos = foo;\n\treturn 0;").cut
