# SPDX-License-Identifier: GPL-2.0-only
"""Diagnostics as text, JSON and workflow commands."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiter.cli.report import FORMATS, place, render
from kiter.errors import Diagnostic, Position

REASON = (
    "next() must return NULL forever once it has returned NULL: the verifier treats a drained "
    "iterator as empty (kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later)."
)
FOUND = Diagnostic(
    Position("specs/css.yaml", 17, 5),
    "C01",
    "the walk can start again after its end",
    REASON,
    "use 'cursor:', which keeps this by itself, or set 'drained' in the raw slot",
    '    BPF_CGROUP_ITER_DESCENDANTS_PRE: {raw: {next: "x"}}',
)


def at(source, column):
    return Diagnostic(Position("f", 1, column), "S05", "m", source=source)


def columns(text):
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.category(c) == "Mn" for c in text)


def caret(source, column):
    """What stands above the caret, and the text before it."""
    lines = render([at(source, column)]).split("\n")
    assert lines[2].endswith("^")
    return lines[1], lines[2].index("^")


def test_text_looks_like_a_compiler():
    assert render([FOUND]) == (
        "specs/css.yaml:17:5: error[C01]: the walk can start again after its end\n"
        '   17 |     BPF_CGROUP_ITER_DESCENDANTS_PRE: {raw: {next: "x"}}\n'
        "      |     ^\n"
        "  next() must return NULL forever once it has returned NULL: the verifier treats a drained\n"
        "  iterator as empty (kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later).\n"
        "  hint: use 'cursor:', which keeps this by itself, or set 'drained' in the raw slot\n"
    )


def test_the_same_of_several_places_is_said_once_with_all_of_them():
    elsewhere = [replace(FOUND, at=Position("specs/css.yaml", line, 3)) for line in range(20, 30)]
    text = render([FOUND, *elsewhere])
    assert text.count("error[C01]") == 1
    assert "10 more of the same: specs/css.yaml:20:3, specs/css.yaml:21:3" in text and ", ..." in text
    assert render([FOUND, *elsewhere], "github").count("::error") == 11, "an annotation for each line"
    assert "of the same" not in render([FOUND])


def test_several_are_apart():
    assert render([FOUND, replace(FOUND, message="another")]).count("\n\nspecs/css.yaml:17:5: error") == 1
    assert render([]) == ""


@pytest.mark.parametrize(
    ("position", "shown"),
    [
        (Position("f", 3, 4), "f:3:4"),
        (Position("f", 3), "f:3"),
        (Position("f"), "f"),
        (Position(""), "kiter"),
        (Position("a\x1b[2J\nb\udce9", 1), "a\\x1b[2J\\x0ab\\udce9:1"),
    ],
)
def test_places(position, shown):
    assert place(position) == shown


@pytest.mark.parametrize(
    ("source", "column", "before"),
    [
        ("a: b", 4, "a: "),
        ("\ta: b", 5, " " * 8 + "a: "),
        ("ab\tc", 4, "ab" + " " * 6),
        ("\u4e2d\u6587: b", 5, "\u4e2d\u6587: "),
        ("e\u0301: b", 5, "e\u0301: "),
        ("\x1b[31m: b", 6, "\\x1b[31m"),
        ("\u202ea: b", 5, "\\u202ea: "),
        ("\U0001f600 x", 3, "\U0001f600 "),
        ("ab", 99, "ab"),
    ],
    ids=["plain", "tab", "inner-tab", "wide", "combining", "escape", "bidi", "emoji", "past-the-end"],
)
def test_the_caret_stands_below_the_column(source, column, before):
    shown, index = caret(source, column)
    assert shown[8:].startswith(before)
    assert index == 8 + columns(before)


def test_a_long_line_is_cut_around_the_caret():
    shown, index = caret("x" * 5000 + "!" + "y" * 5000, 5001)
    assert shown[index] == "!" and len(shown) < 160 and shown.count("...") == 2


def test_errors_without_a_place_have_no_excerpt():
    text = render([Diagnostic(Position("f"), "S01", "cannot be read", "Why.", "do")])
    assert text == "f: error[S01]: cannot be read\n  Why.\n  hint: do\n"


def test_c_in_a_reason_keeps_its_form():
    text = render([Diagnostic(Position("f"), "B01", "m", "gcc says:\n\tint  x;\n" + "word " * 40)])
    assert "\n          int  x;\n" in text
    assert max(map(len, text.split("\n"))) <= 96


def test_colour_only_adds_escapes():
    bare = re.sub(r"\x1b\[[0-9;]*m", "", render([FOUND], colour=True))
    assert bare == render([FOUND]) and "\x1b" not in render([FOUND])


def test_json_holds_everything():
    (read,) = json.loads(render([FOUND], "json"))
    assert read == {
        "file": "specs/css.yaml",
        "line": 17,
        "column": 5,
        "severity": "error",
        "code": "C01",
        "name": "unkept-argument-in-next",
        "message": FOUND.message,
        "reason": FOUND.reason,
        "hint": FOUND.hint,
        "source": FOUND.source,
        "edit": None,
    }
    assert json.loads(render([], "json")) == []


def test_workflow_commands_are_one_line_and_escaped():
    found = Diagnostic(Position("a,b:c.yaml", 1, 2), "S05", "50% ::", "one\ntwo", severity="warning")
    assert render([found], "github") == (
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=kiter S05 (invalid-yaml)::50%25 ::%0Aone%0Atwo\n"
    )


TEXT = st.text() | st.text("a \t\n\x1b\u202e\u4e2d\u0301\ud800:%,", max_size=30)


@given(
    st.builds(Position, TEXT, st.integers(0, 9), st.integers(0, 300)),
    TEXT,
    TEXT,
    TEXT,
    st.sampled_from(FORMATS),
)
def test_nothing_that_a_user_wrote_reaches_the_terminal_raw(position, message, reason, source, style):
    text = render([Diagnostic(position, "S05", message, reason, message, source)], style)
    text.encode("utf-8")
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"]
