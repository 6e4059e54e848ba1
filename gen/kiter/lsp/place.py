# SPDX-License-Identifier: GPL-2.0-only
"""Where a cursor is in a spec, by the lines alone: a text is no YAML most of the time it is being typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kiter.regex import regex
from kiter.spec.document import Trail
from kiter.value_class import value_class

_ITEM = regex(r"(\s*)- +")
_KEY = regex(r"(\s*)([\w-]+):(?=\s|$)")
_BLOCK = regex(r":\s+[|>][-+\d]*\s*(#.*)?$")
_TYPED = regex(r"[\w-]*$")


@value_class
class Place:
    """What stands at a cursor.

    trail: the keys above it, and that of its value
    role: "key", "value", or "code" for a line of a block of text
    word: what is typed of the word there
    before: the rest of the line before the word
    """

    trail: Trail
    role: str
    word: str
    before: str


@value_class
class _Mark:
    """A key that a line begins, or an item of a list (0), at a column; whether a block of text follows."""

    column: int
    step: str | int
    block: bool = False


def place(lines: Sequence[str], line: int, column: int) -> Place:
    """The place at a line and a column, both counted from 0."""
    text = lines[line][:column] if line < len(lines) else ""
    found = _TYPED.search(text)
    word = found[0] if found else ""
    before = text[: len(text) - len(word)]
    own = list(_marks(text))
    above = _above(lines, line, own[0].column if own else _indent(text))
    for depth, mark in enumerate(above):
        if mark.block:
            return Place(tuple(one.step for one in above[: depth + 1]), "code", word, before)
    inner, in_key = _flow(text[_after(text) :])
    trail = (*(mark.step for mark in above), *(mark.step for mark in own), *inner)
    has_key = any(isinstance(mark.step, str) for mark in own)
    return Place(trail, "key" if in_key or not (has_key or inner) else "value", word, before)


def key_at(lines: Sequence[str], line: int, column: int) -> Trail | None:
    """The trail of the key that stands at a place; None where no key does."""
    text = lines[line] if line < len(lines) else ""
    found = re.search(r"[\w-]+(?=:(\s|$))", text[_word_start(text, column) :])
    start = _word_start(text, column)
    if not found or found.start() or place(lines, line, start).role != "key":
        return None
    return (*place(lines, line, start).trail, found[0])


def siblings(lines: Sequence[str], line: int, column: int) -> frozenset[str]:
    """The keys beside one that begins at that column."""
    found: set[str] = set()
    for step in (-1, 1):
        at = line + step
        while 0 <= at < len(lines) and (not lines[at].strip() or _column(lines[at]) >= column):
            found |= {str(mark.step) for mark in _marks(lines[at]) if mark.column == column}
            at += step
        if step < 0 and 0 <= at < len(lines):  # the first key of an item stands behind its dash
            found |= {str(mark.step) for mark in _marks(lines[at]) if mark.column == column}
    return frozenset(found)


def _word_start(text: str, column: int) -> int:
    found = _TYPED.search(text[:column])
    return column - len(found[0]) if found else column


def _above(lines: Sequence[str], line: int, limit: int) -> list[_Mark]:
    """The keys and items that a line of that indentation stands below, the outermost first."""
    found: list[_Mark] = []
    for number in range(min(line, len(lines)) - 1, -1, -1):
        for mark in reversed(list(_marks(lines[number]))):
            # an item may stand as far left as the key of its list
            beside = bool(found) and found[-1].step == 0 and mark.step != 0 and mark.column == limit
            if mark.column < limit or beside:
                found.append(mark)
                limit = mark.column
        if limit <= 0 and found and found[-1].step != 0:
            break
    return found[::-1]


def _marks(text: str) -> Iterator[_Mark]:
    """What a line begins, from the left to the right."""
    at = 0
    if text.lstrip().startswith("#"):
        return
    while item := _ITEM.match(text, at):
        yield _Mark(item.end(1), 0)
        at = item.end()
    if key := _KEY.match(text, at):
        yield _Mark(key.start(2), key[2], bool(_BLOCK.search(text, key.end(2))))


def _after(text: str) -> int:
    """Where the value begins on a line."""
    at = 0
    while item := _ITEM.match(text, at):
        at = item.end()
    key = _KEY.match(text, at)
    return key.end() + 1 if key else at


def _flow(text: str) -> tuple[list[str], bool]:
    """The keys that are open where the beginning of a flow mapping ends, and whether a key is next."""
    open_keys: list[str] = []
    for sign in re.finditer(r"[{,}]|([\w-]+):(?=\s|$)|\"[^\"]*\"|'[^']*'", text):
        if sign[0] == "{":
            open_keys.append("")
        elif sign[0] == "}" and open_keys:
            open_keys.pop()
        elif open_keys and (sign[1] or sign[0] == ","):
            open_keys[-1] = sign[1] or ""
    return [key for key in open_keys if key], bool(open_keys) and not open_keys[-1]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _column(text: str) -> int:
    """The column of the first mark of a line, or its indentation."""
    return next((mark.column for mark in _marks(text)), _indent(text))
