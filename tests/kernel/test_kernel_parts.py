# SPDX-License-Identifier: GPL-2.0-only
"""The parts of the check that need no compiler."""

from __future__ import annotations

import re

import pytest
from kernel_sample import KFUNCS_PATH, ring

from kiter.errors import Position
from kiter.kernel import kconfig, locate, scripts, vmlinux
from kiter.kernel.codes import CODES
from kiter.kernel.messages import Finding, Line, parse
from kiter.kernel.unit import path_of
from kiter.output import SnippetUse, Type

VMLINUX = """
struct bpf_iter_css {
	__u64 __opaque[3];
};

enum order {
	ORDER_PRE = 0,
	ORDER_POST = 1,
};

enum {
	ALL = 0,
};

typedef unsigned int u32;
"""


CSS = Type("struct bpf_iter_css", "struct bpf_iter_css {\n\t__u64 __opaque[3];\n};\n")
OTHER = Type("struct bpf_iter_c", "struct bpf_iter_c {\n\tint x;\n};\n")


def enum(name: str, **values: int) -> Type:
    return Type(name, f"enum {{ {', '.join(values)} }};\n", values)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (CSS, ""),
        (OTHER, OTHER.text),
        (enum("enum order", ORDER_PRE=0, ORDER_POST=1), ""),
        (enum("enum order", ORDER_PRE=0, ORDER_POST=1, ORDER_UP=2), "enum {\n\tORDER_UP = 2,\n};\n"),
        (enum("enum fresh", A=4, B=5), "enum { A, B };\n"),
        (enum("", ALL=0, NEW=7), "enum {\n\tNEW = 7,\n};\n"),
    ],
)
def test_only_missing_types_are_added(given, left):
    assert "".join(one.text for one in vmlinux.missing([given], VMLINUX)) == left


GCC = """\
In file included from <command-line>:
/x/unit.c: In function 'f':
/h/compiler_types.h:543:45: error: call to '__compiletime_assert_635' declared with attribute error: no
/h/build_bug.h:50:9: note: in expansion of macro 'BUILD_BUG_ON_MSG'
/x/unit.c:24:9: note: in expansion of macro 'BUILD_BUG_ON'
/x/unit.c:34:18: warning: makes pointer from integer without a cast [-Wint-conversion]
/x/unit.c:3:1: note: declared here
In file included from /x/unit.c:7,
                 from /x/other.h:1:
/h/broken.h:1:2: error: #error no
/h/alone.h:9:9: fatal error: nowhere
"""


def test_messages_are_led_to_the_file():
    assert parse(GCC, "/x/unit.c") == (
        Finding(24, 9, "error", "call to '__compiletime_assert_635' declared with attribute error: no",
                Line("/h/compiler_types.h", 543)),
        Finding(34, 18, "warning", "makes pointer from integer without a cast [-Wint-conversion]"),
        Finding(7, 0, "error", "#error no", Line("/h/broken.h", 1)),
        Finding(0, 0, "error", "nowhere", Line("/h/alone.h", 9)),
    )  # fmt: skip


def use(emitted, line):
    return SnippetUse(emitted, Position("a.yaml", line), "")


TEXT = "\tkit->pos = kit->pos;\n\tx = css_next(kit->pos,\n\t\t     kit->start);\n\treturn kit->pos && a;\n"


@pytest.mark.parametrize(
    ("line", "column", "uses", "expected"),
    [
        (2, 6, [use("css_next(kit->pos, kit->start)", 5)], 5),
        (3, 8, [use("css_next(kit->pos, kit->start)", 5)], 5),
        (2, 15, [use("css_next(kit->pos, kit->start)", 5), use("kit->pos", 6)], 6),
        (2, 3, [use("css_next(kit->pos, kit->start)", 5), use("kit->pos", 6)], 5),
        (1, 13, [use("kit->pos", 1), use("kit->pos", 2), use("kit->pos", 3), use("kit->pos", 4)], 2),
        (4, 2, [use("a", 9)], None),
        (4, 21, [use("a", 9)], 9),
        (1, 3, [use("it->pos", 9)], None),
        (9, 1, [use("kit->pos", 1)], None),
    ],
)
def test_snippets_are_found(line, column, uses, expected):
    found = locate.snippet_at(TEXT, line, column, uses)
    assert (found.at.line if found else None) == expected


def test_line_of_a_unit_that_no_output_has():
    rendered = ring()
    line = rendered.material.unit.splitlines().index("late_initcall(ring_init);") + 1
    found = locate.place(rendered, rendered.material.unit, path_of(rendered), line, 3)
    assert found == locate.Place(Position(KFUNCS_PATH), "late_initcall(ring_init);")


def test_checkpatch_exemptions_hold_for_their_lines_only():
    said = "".join(f"p.c:{line}: CHECK:SPACING: No space is necessary after a cast\n" for line in (1, 2))
    text = "void bpf_rcu_read_lock(void) __ksym;\nx = (int) y;\n"
    assert [found.line for found in scripts.complaints(said, text)] == [2]
    assert all(exempt.reason for exempt in scripts.EXEMPTIONS)


def test_selectors_are_followed():
    text = (
        "config A\n\tbool\n\tselect B\n\nmenuconfig C\n\tselect A\n\nconfig B\n\tbool\nconfig D\n\tselect E\n"
    )
    assert kconfig.selectors("CONFIG_B", [text]) == {"CONFIG_A", "CONFIG_B", "CONFIG_C"}


def test_every_code_is_whole():
    for code, entry in CODES.items():
        assert re.fullmatch(r"[BE]\d\d", code)
        assert all((entry.title, entry.reason, entry.hint))
