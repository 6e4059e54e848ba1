# SPDX-License-Identifier: GPL-2.0-only
"""A loaded spec file: plain data, and where in the text each part of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from kiter.errors import Diagnostic, Position
from kiter.value_class import value_class

Trail = tuple[str | int, ...]
"""The way from the top to a value: keys and list indices, such as ("walk", "cases", 0)."""


@value_class
class Span:
    """Where a value stands, counted from 0 as YAML does; `style` is "", ', ", | or >."""

    line: int
    column: int
    end_line: int
    end_column: int
    style: str = ""


def inside(name: str, lines: Sequence[str], line: int, column: int) -> Position:
    """The position of a place counted from 0; for one past the file's end, where the file ends."""
    last = len(lines) - 1
    if line > last:
        return Position(name, last + 1, len(lines[last]) + 1)
    return Position(name, line + 1, column + 1)


@value_class
class Document:
    """One YAML file."""

    name: str  # as the user gave it
    text: str  # the file
    data: dict[str, Any]  # dict, list, str, int, bool and None
    values: Mapping[Trail, Span] = field(repr=False)  # where each value stands
    keys: Mapping[Trail, Span] = field(repr=False)  # where each key stands
    lines: Sequence[str] = field(repr=False)  # of the text

    def at(self, path: Trail) -> Position:
        """Where the value at `path` starts; for a path that is not there, its nearest parent."""
        return self._position(self._span(self.values, path))

    def key_at(self, path: Trail) -> Position:
        """Where the key that leads to `path` stands; for a list's item or the top, the value."""
        span = self.keys.get(path)
        return self._position(span) if span else self.at(path)

    def source(self, line: int) -> str:
        """The text of a line, counted from 1, without its end; "" outside of the file."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def scalar_line(self, path: Trail, number: int) -> Position:
        """Where line `number` (from 0) of a string's content stands in the file.

        Follows literal (|) and folded (>) blocks and strings over several lines; a number
        past the end gives the last line, and a value that is no string its own position.
        """
        value = self.value(path)
        span = self.values.get(path)
        if span is None or not isinstance(value, str):
            return self.at(path)
        content = value.split("\n")
        starts = list(_starts(self._rows(span), content, span.style))
        line, column = starts[max(0, min(number, len(starts) - 1))]
        return inside(self.name, self.lines, line, column)

    def value(self, path: Trail) -> Any:  # noqa: ANN401 - whatever the YAML holds
        """The value at `path`, or None when there is none."""
        found: Any = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def finding(self, at: Position, code: str, message: str, reason: str = "", hint: str = "") -> Diagnostic:
        """An error at a place of this file, with the source line filled in."""
        return Diagnostic(at, code, message, reason, hint, self.source(at.line))

    def _span(self, spans: Mapping[Trail, Span], path: Trail) -> Span:
        for end in range(len(path), -1, -1):
            if span := spans.get(path[:end]):
                return span
        return Span(0, 0, 0, 0)

    def _position(self, span: Span) -> Position:
        return inside(self.name, self.lines, span.line, span.column)

    def _rows(self, span: Span) -> list[tuple[int, int, str]]:
        """The source of a scalar: line, column of its first character, text from there on."""
        if span.style in ("|", ">"):
            end = span.end_line + (span.end_column > 0)
            return [(n, 0, self.lines[n]) for n in range(span.line + 1, min(end, len(self.lines)))]
        first = span.column + (span.style != "")
        rest = range(span.line + 1, min(span.end_line + 1, len(self.lines)))
        return [(span.line, first, self.lines[span.line][first:]), *((n, 0, self.lines[n]) for n in rest)]


def _starts(
    rows: list[tuple[int, int, str]], content: Sequence[str], style: str
) -> Iterator[tuple[int, int]]:
    """The line and column, from 0, of each line of a scalar's content; never empty."""
    if not rows:
        rows = [(0, 0, "")]
    if style == "|":
        yield from _literal_starts(rows, content)
    else:
        yield from _folded_starts(rows, content)


def _literal_starts(rows: list[tuple[int, int, str]], content: Sequence[str]) -> Iterator[tuple[int, int]]:
    for (line, _, text), want in zip(rows, content, strict=False):
        yield line, len(text) - len(want) if text.endswith(want) else 0


def _folded_starts(rows: list[tuple[int, int, str]], content: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Folding joins rows: give each line of the content the rows that its text is made of."""
    row = 0
    for want in content:
        while want and row + 1 < len(rows) and not rows[row][2].strip():
            row += 1
        line, column, text = rows[min(row, len(rows) - 1)]
        margin = len(text) - len(text.lstrip()) if want else 0
        yield line, column + margin
        left = want.strip()
        while left and row < len(rows) and left.startswith(part := rows[row][2].strip()):
            left = left[len(part) :].lstrip()
            row += 1
