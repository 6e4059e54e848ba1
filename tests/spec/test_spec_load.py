# SPDX-License-Identifier: GPL-2.0-only
"""Loading specs: what values come to, where they stand, and files that are no specs at all."""

from __future__ import annotations

import errno
import json
import os
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from kiter.errors import ENVIRONMENT, FINDINGS, KiterError, Position
from kiter.spec import compose
from kiter.spec.check import check
from kiter.spec.compose import DEEPEST, MOST_ERRORS, resolve
from kiter.spec.load import LARGEST, load, parse
from steps import growth, steps

SPEC = """\
# a comment
name: css
walk: {next: "f(pos)", kind: ring}
list:
- one
- two: 2
  three: |
    if (a)
      b;

    c;
folded: >-

  one two
  three

  four


  five
plain: one
  two

  three
quoted: 'it
  goes on'
"""


def errors_of(text, name="f.yaml"):
    with pytest.raises(KiterError) as caught:
        parse(text, name)
    return caught.value.diagnostics


def only_error(path):
    with pytest.raises(KiterError) as caught:
        load(path)
    (found,) = caught.value.diagnostics
    return found, caught.value.status


# --- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("on", "on"),
        ("yes", "yes"),
        ("off", "off"),
        ("n", "n"),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-7", -7),
        ("0x1F", 31),
        ("010", "010"),
        ("0o10", "0o10"),
        ("+5", "+5"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("6.10", "6.10"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("2024-01-01", "2024-01-01"),
        ("9" * 5000, "9" * 5000),
        ("\u0661", "\u0661"),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text, value):
    assert resolve(text) == value and type(resolve(text)) is type(value)
    assert parse(f"a: {text}\n", "f").data == {"a": value}


def test_quoted_scalars_are_strings():
    assert parse("a: 'true'\nb: \"1\"\nc: |\n  7\n", "f").data == {"a": "true", "b": "1", "c": "7\n"}


def test_order_is_kept():
    assert list(parse("b: 1\na: 2\nc: 3\n", "f").data) == ["b", "a", "c"]


def test_byte_order_mark_and_dos_line_ends_are_tolerated(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n")
    document = load(path)
    assert document.data == {"a": 1, "b": "x\ny\n"}
    assert document.at(("a",)) == Position(str(path), 1, 4)
    assert document.source(2) == "b: |"


# --- positions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("name",), (2, 7), (2, 1)),
        (("walk", "next"), (3, 14), (3, 8)),
        (("walk", "kind"), (3, 30), (3, 24)),
        (("list",), (5, 1), (4, 1)),
        (("list", 0), (5, 3), (5, 3)),
        (("list", 1, "three"), (7, 10), (7, 3)),
        (("list", 1, "four"), (6, 3), (6, 3)),
        (("list", 9, "x", 3), (5, 1), (5, 1)),
    ],
)
def test_positions(path, value, key):
    document = parse(SPEC, "f.yaml")
    assert document.at(path) == Position("f.yaml", *value)
    assert document.key_at(path) == Position("f.yaml", *key)


@pytest.mark.parametrize(
    ("path", "number", "line", "column"),
    [
        (("list", 1, "three"), 0, 8, 5),
        (("list", 1, "three"), 1, 9, 5),
        (("list", 1, "three"), 3, 11, 5),
        (("list", 1, "three"), 99, 11, 5),
        (("folded",), 1, 14, 3),
        (("folded",), 2, 17, 3),
        (("folded",), 4, 20, 3),
        (("plain",), 0, 21, 8),
        (("plain",), 1, 24, 3),
        (("quoted",), 0, 25, 10),
        (("walk", "next"), 0, 3, 15),
        (("walk", "kind"), 0, 3, 30),
        (("walk",), 0, 3, 7),
        (("nowhere",), 0, 2, 1),
    ],
)
def test_lines_of_a_text_are_found_in_the_file(path, number, line, column):
    assert parse(SPEC, "f.yaml").scalar_line(path, number) == Position("f.yaml", line, column)


@given(st.lists(st.text("ab ", max_size=6).map(lambda t: "x" + t.rstrip()) | st.just(""), min_size=1))
def test_every_line_of_a_literal_block_is_where_it_says(lines):
    lines.append("last")
    body = "\n".join("    " + line if line else "" for line in lines)
    document = parse(f"a:\n  b: |\n{body}\n", "f")
    for number, line in enumerate(document.data["a"]["b"].rstrip("\n").split("\n")):
        at = document.scalar_line(("a", "b"), number)
        assert document.source(at.line)[at.column - 1 :] == line


def test_sources_outside_of_the_file_are_empty():
    document = parse("a: 1\n", "f")
    assert [document.source(n) for n in (-1, 0, 1, 2, 3)] == ["", "", "a: 1", "", ""]


# --- files that are no specs -------------------------------------------------------------------


def test_missing_file(tmp_path):
    found, status = only_error(tmp_path / "none.yaml")
    assert (found.code, status) == ("S01", ENVIRONMENT) and "no such file" in found.message


def test_directory(tmp_path):
    found, status = only_error(tmp_path)
    assert (found.code, status) == ("S01", ENVIRONMENT) and "directory" in found.message


def test_what_never_ends_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    found, status = only_error(tmp_path / "fifo")
    assert (found.code, status) == ("S01", ENVIRONMENT) and "no regular file" in found.message


def test_unreadable_file(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "s.yaml").touch()
    monkeypatch.setattr(Path, "open", refuse)  # root may read everything
    found, status = only_error(tmp_path / "s.yaml")
    assert (found.code, status) == ("S01", ENVIRONMENT) and "Permission denied" in found.message


def test_impossible_names():
    assert only_error(Path("a\0b"))[0].code == "S01"
    assert only_error(Path("a" * 5000))[0].code == "S01"


@pytest.mark.parametrize(
    ("raw", "line", "column", "says"),
    [
        (b"a: 1\nb: \x00\n", 2, 4, "NUL"),
        (b"\x7fELF\x02\x01\x01\x00\x00", 1, 8, "NUL"),
        (b"a: 1\nb: \xc3\xa9\xff\n", 2, 5, "0xff"),
        (b"\xef\xbb\xbfa: \xe9t\xe9\n", 1, 4, "0xe9"),
        (b"a: \xed\xa0\x80\n", 1, 4, "0xed"),
        ("a: 1\n".encode("utf-16"), 1, 1, "UTF-16"),
    ],
)
def test_binary_files(tmp_path, raw, line, column, says):
    path = tmp_path / "s.yaml"
    path.write_bytes(raw)
    found, status = only_error(path)
    assert (found.code, found.at.line, found.at.column, status) == ("S02", line, column, FINDINGS)
    assert says in found.message and found.reason and found.hint


@pytest.mark.parametrize("text", ["", "\n", " \n# only a comment\n", "---\n", "~\n", "\ufeff"])
def test_empty_files(text):
    (found,) = errors_of(text)
    assert (found.code, found.at) == ("S03", Position("f.yaml", 1, 1))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(64 * LARGEST)
    tracemalloc.start()
    try:
        assert only_error(path)[0].code == "S04"
        assert tracemalloc.get_traced_memory()[1] < 4 * LARGEST
    finally:
        tracemalloc.stop()


def test_the_limit_counts_characters_of_a_text_too():
    assert parse("a: " + "x" * (LARGEST - 3), "f").data
    assert errors_of("a: " + "x" * (LARGEST - 2))[0].code == "S04"


@pytest.mark.parametrize(
    "text",
    [
        lambda depth: "[" * depth,
        lambda depth: "{a: " * depth,
        lambda depth: "- " * depth,
        lambda depth: "\n".join(" " * n + "a:" for n in range(depth)),
    ],
    ids=["[[[", "{a:{a:", "- - -", "indented"],
)
def test_deep_nesting_is_read_no_deeper_than_allowed(text):
    shallow, deep = text(2 * DEEPEST), text(20 * DEEPEST)
    (found,) = errors_of(deep)
    assert found.code == "S11" and f"{DEEPEST} levels" in found.message
    assert steps(lambda: errors_of(deep)) <= steps(lambda: errors_of(shallow))


def test_the_deepest_allowed_nesting_works():
    inner = DEEPEST - 1
    assert parse("a: " + "[" * inner + "]" * inner, "f").data
    assert errors_of("a: " + "[" * (inner + 1) + "]" * (inner + 1))[0].code == "S11"


def test_an_alias_bomb_is_not_followed():
    """Each line doubles what the aliases stand for."""

    def bomb(lines: int) -> str:
        names = "abcdefghijklmnop"[:lines]
        return "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{b}, *{b}]\n" for b, c in pairwise(names))

    assert growth(lambda lines: errors_of(bomb(lines)), 8) < 2.2
    assert {d.code for d in errors_of(bomb(8))} == {"S08"}


def test_a_file_full_of_errors_is_cut_short():
    found = errors_of("a: 1\n" * 100_000)
    assert len(found) == MOST_ERRORS + 1
    assert [d.code for d in found[-2:]] == ["S07", "S29"]


def test_all_errors_of_the_text_are_told_at_once():
    assert [d.code for d in errors_of("a: &x 1\na: 2\n3: 4\nb: {c: f(d, e)}\ng: h: i\n")] == [
        "S08",
        "S07",
        "S13",
        "S15",
        "S05",
    ]


def test_the_pure_python_parser_agrees(monkeypatch):
    fast = parse(SPEC, "f.yaml")
    monkeypatch.setattr(compose, "_LOADER", yaml.SafeLoader)
    slow = parse(SPEC, "f.yaml")
    assert slow.data == fast.data
    assert {path: slow.at(path) for path in slow.values} == {path: fast.at(path) for path in fast.values}
    assert [d.code for d in errors_of("a: [1\n")] == ["S05"]
    assert [d.code for d in errors_of("[" * 1000)] == ["S11"]


# --- properties --------------------------------------------------------------------------------

WORDS = r"""a b:_ -_ [ ] { } ,_ :_ ' " | > |2- &x_ *x !t_ !!int_ ?_ #c <<:_ ~ 1 0x \ \u @ ` f(a,_b)
    %YAML_1.2 %TAG_!_x --- ...""".split()  # noqa: SIM905 - readable
BLANKS = ["\n", "\n", "\n  ", "\n    ", "\t", "\r\n", "\r", " " * 70]
ODD = ["\x85", "\u2028", "\ufeff", "\ud800", "\U0001f600", "\0"]
PIECES = st.sampled_from([*(word.replace("_", " ") for word in WORDS), *BLANKS, *BLANKS, *ODD])
TEXTS = st.lists(PIECES, max_size=40).map("".join)
SMALL = json.loads((Path(__file__).parents[1] / "errors" / "schema" / "schema.json").read_text("utf-8"))


def assert_inside(at, text):
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if at.line or at.column:
        assert 1 <= at.line <= len(lines) and 1 <= at.column <= len(lines[at.line - 1]) + 1


@given(TEXTS | st.text())
@example("%TAG ! x\n--- a\n")
@example("\ud800")
@example('"\\ud800": 1')
@example("a: 1\n...\n]")
def test_any_text_gives_a_document_or_errors_with_places_in_it(text):
    try:
        document = parse(text, "f")
    except KiterError as error:
        assert error.diagnostics
        for found in error.diagnostics:
            assert_inside(found.at, text)
        return
    for path in document.values:
        assert_inside(document.at(path), text)
        assert_inside(document.key_at(path), text)
        for number in range(3):
            assert_inside(document.scalar_line(path, number), text)
    for found in check(document, SMALL):
        assert_inside(found.at, text)


@given(st.binary() | TEXTS.map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_a_document_or_errors(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(raw)
    try:
        load(path)
    except KiterError as error:
        assert all(d.code.startswith("S") and d.reason for d in error.diagnostics)


YAML_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text(st.characters(codec="ascii"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c d"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abcdef"), YAML_VALUES, max_size=4), st.booleans())
def test_json_is_read_as_json_reads_it(data, spread):
    text = json.dumps(data, indent=1 if spread else None)
    if "\\u0" in text or "\\b" in text or "\\f" in text or "\\r" in text or "\x7f" in text:
        return
    assert parse(text, "f").data == data
