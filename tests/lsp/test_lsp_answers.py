# SPDX-License-Identifier: GPL-2.0-only
"""What an editor is answered: each feature by a text and a cursor, which is the sign ^ in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiter.btf.types import Function, Member, Parameter, Struct
from kiter.lsp import keys
from kiter.lsp.complete import choices
from kiter.lsp.define import define
from kiter.lsp.diagnose import corrected, diagnose, read
from kiter.lsp.hover import hover
from kiter.lsp.names import Names
from kiter.lsp.outline import outline
from kiter.lsp.place import key_at, place
from kiter.target.profile import verified

ROOT = Path(__file__).parents[2]
CSS = (ROOT / "specs/css.yaml").read_text("utf-8")


class Kernel:
    """The few names of a kernel that these tests need, asked for as of BTF."""

    def struct(self, name):
        members = {"css": [("parent", "struct css *"), ("id", "int")], "task": [("css", "struct css *")]}
        found = tuple(Member(one, kind, 0) for one, kind in members.get(name, ()))
        return Struct(name, 8, 8, found, False) if found else None

    def functions(self):
        return frozenset({"css_next_child", "css_put", "schedule"})

    def function(self, name):
        return Function(name, "void", (Parameter("css", "struct css *"),))

    def enumerators(self):
        return {"css_first": 3, "CSS_ONLINE": 2}


def cursor(text: str) -> tuple[list[str], int, int]:
    """The lines without the sign, and where it was."""
    before, _, after = text.partition("^")
    return (before + after).split("\n"), before.count("\n"), len(before.rpartition("\n")[2])


def offered(text: str, **data) -> set[str]:
    return {one.label for one in choices(*cursor(text), data, Names(Kernel()))}


@pytest.mark.parametrize(
    "text, trail, role, word",
    [
        ("iter^", (), "key", "iter"),
        ("element:\n  ty^", ("element",), "key", "ty"),
        ("element: {type: struct x *, life^", ("element",), "key", "life"),
        ("element: {type: struct x *, lifetime: rc^}", ("element", "lifetime"), "value", "rc"),
        ("element: {lifetime: {held: {ge^", ("element", "lifetime", "held"), "key", "ge"),
        ("a:\n  - b: 1\n    c^", ("a", 0), "key", "c"),
        ("a:\n- b: 1\n  c^", ("a", 0), "key", "c"),
        ("a:\n  - b^", ("a", 0), "key", "b"),
        ("walk:\n  body: |\n    for (;;) {\n    out:\n      pos->^", ("walk", "body"), "code", ""),
        ("walk:\n  body: |\n    out:\n  ne^", ("walk",), "key", "ne"),
        ("# a:\n  #b\ndocs: te^", ("docs",), "value", "te"),
        ('a: {b: "x, {y", c^', ("a",), "key", "c"),
    ],
)
def test_the_place_of_a_cursor_is_found_in_what_is_no_yaml_yet(text, trail, role, word):
    here = place(*cursor(text))
    assert (here.trail, here.role, here.word) == (trail, role, word)


@given(st.text(alphabet="ab:- \n|>{},\"'#", max_size=60), st.integers(0, 9), st.integers(0, 20))
@settings(max_examples=150)
def test_whatever_is_typed_has_a_place_and_choices(text, line, column):
    lines = text.split("\n")
    choices(lines, line, column, {}, Names(Kernel()))
    key_at(lines, line, column)
    assert place(lines, line, column).role in ("key", "value", "code")


def test_keys_are_offered_where_they_may_stand_but_not_twice():
    assert {"iterator", "walk", "element"} <= offered("^")
    assert "iterator" not in offered("iterator: x\n^\nwalk: {}")
    assert offered("element:\n  type: x\n  ^") == {one.name for one in keys.keys(("element",))} - {"type"}
    assert "when" not in offered("^")


def test_values_are_offered_where_the_schema_lists_them():
    assert offered("placement: {code: ^") == {"by-hand"}
    assert offered("context:\n  rcu: ^") == {"true", "false"}


@pytest.mark.parametrize(
    "text, names",
    [
        ("element: {type: struct css *}\nwalk: {cursor: {next: pos->^}}", {"parent", "id"}),
        ("walk:\n  raw:\n    body: |\n      struct task *task;\n      task->css->^", {"parent", "id"}),
        ("walk: {cursor: {next: css_ne^}}", {"css_next_child"}),
        ("walk: {cursor: {next: css_^}}", {"css_next_child", "css_put", "css_first"}),
        ("walk: {cursor: {next: cs^}}", set()),
        ("walk: {cursor: {next: unknown->^}}", set()),
        ("docs: css_ne^", set()),
    ],
)
def test_names_of_the_kernel_are_offered_in_c_alone(text, names):
    data = {"element": {"type": "struct css *"}}
    assert offered(text, **data) == names


def shown(text: str) -> str:
    lines, line, column = cursor(text)
    whole, targets = "\n".join(lines), verified()
    found = diagnose(whole, "specs/css.yaml", targets)
    return hover(lines, line, column, found=found, document=read(whole, "x"), target=targets[-1])


def test_a_key_tells_what_it_is_for():
    assert "**guard**" in shown(CSS.replace("guard:", "gu^ard:"))


def test_a_line_tells_the_c_that_it_becomes():
    told = shown(CSS.replace("next: pos->parent", "next: pos->pa^rent"))
    assert "```c" in told and "pos->parent" in told and "Linux 7.3" in told


def test_a_finding_tells_its_story_and_no_c_is_shown():
    told = shown(CSS.replace("pos->parent", "kit_>par^ent"))
    assert "```c" not in told
    assert told.startswith("**")


def test_all_that_lint_says_is_told_and_what_has_one_way_is_corrected():
    text = CSS.replace("kernels: 6.7-", "since: '6.7'", 1)
    found = diagnose(text, "specs/css.yaml", verified())
    assert [(one.at.line, one.code) for one in found] == [(5, "S30")]
    assert corrected(text, "specs/css.yaml", verified()).text == CSS


def test_the_outline_has_the_keys_with_what_is_below_them():
    document = read(CSS, "css.yaml")
    assert document
    entries = {one.name: one for one in outline(document)}
    assert entries["iterator"].detail == "css"
    flags = next(one for one in entries["arguments"].below if one.name == "flags")
    assert "values" in {one.name for one in flags.below}


HEADER = """\
struct css;

struct css *css_next_child(struct css *pos);

enum { CSS_A,
\tCSS_B };
static inline int css_id(struct css *css)
{
\treturn 1;
}
"""


@pytest.fixture
def tree(tmp_path):
    header = tmp_path / "include/linux/cgroup.h"
    header.parent.mkdir(parents=True)
    header.write_text(HEADER, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "text, there",
    [
        ("includes: [linux/cgr^oup.h]", ("cgroup.h", 1, 1)),
        ("includes: [linux/cgroup.h]\ndocs: css_i^d(pos)", ("cgroup.h", 7, 19)),
        ("includes: [linux/cgroup.h]\ndocs: CSS_^B", ("cgroup.h", 6, 2)),
        ("includes: [linux/cgroup.h]\ndocs: nowhe^re", None),
        ("includes: [../../etc/pas^swd.h]", None),
    ],
)
def test_definitions_are_found_in_the_files_that_the_spec_names(text, there, tree):
    lines, line, column = cursor(text)
    document = read(CSS, "css.yaml")  # which includes linux/cgroup.h
    found = define(lines, line, column, document, tree)
    assert (found and (Path(found.file).name, found.line, found.column)) == there
