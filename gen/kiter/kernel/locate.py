# SPDX-License-Identifier: GPL-2.0-only
"""From a line of emitted text back to what the user wrote: the snippet in the YAML, else the emitted file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kiter.errors import Position
from kiter.output import Output, Rendered, SnippetUse
from kiter.value_class import value_class

_SHORTEST = 3  # a snippet such as '1' or '!x' says nothing about where it came from, unless the column fits
_CONTEXT = 3


@value_class
class Place:
    """Where a finding is reported, with the line of text that stands there."""

    at: Position
    source: str


@value_class
class _Occurrence:
    """A stretch of text, first and last character as (line, column), where a snippet was emitted."""

    use: SnippetUse
    first: tuple[int, int]
    last: tuple[int, int]


def place(rendered: Rendered, text: str, path: str, line: int, column: int) -> Place:
    """The place to report for a line and column of `text`, which went to the tool for the output `path`."""
    if line:
        use = snippet_at(text, line, column, rendered.material.snippets)
        if use:
            return Place(use.at, use.source)
    return _emitted(rendered, text, path, line, column)


def snippet_at(text: str, line: int, column: int, uses: Sequence[SnippetUse]) -> SnippetUse | None:
    """The snippet that the line stems from: the innermost around the column, else the longest on the line."""
    on_line = [
        found for found in occurrences(text, uses) if found.first[0] <= line <= found.last[0]
    ]  # fmt: skip
    round_column = [found for found in on_line if found.first <= (line, column) <= found.last]
    if round_column:
        inner = min(round_column, key=lambda found: len(found.use.emitted))
        return inner.use.row(line - inner.first[0])
    long = [found for found in on_line if len(found.use.emitted) >= _SHORTEST]
    if not long:
        return None
    longest = max(long, key=lambda found: len(found.use.emitted))
    return longest.use.row(line - longest.first[0])


def occurrences(text: str, uses: Sequence[SnippetUse]) -> Iterator[_Occurrence]:
    """Where each snippet stands in the text, however its white space was laid out.

    Equal snippets are told apart by their order when there are as many of them as places.
    """
    by_words: dict[tuple[str, ...], list[SnippetUse]] = {}
    for use in uses:
        words = tuple(use.emitted.split())
        if words:
            by_words.setdefault(words, []).append(use)
    for words, same in by_words.items():
        found = list(re.finditer(_pattern(words), text))
        for index, match in enumerate(found):
            use = same[index] if len(same) == len(found) else same[0]
            yield _Occurrence(use, _line_column(text, match.start()), _line_column(text, match.end() - 1))


def _pattern(words: Sequence[str]) -> str:
    """White space as anything, and no match inside a longer word."""
    body = r"\s+".join(re.escape(word) for word in words)
    before = r"(?<![\w.>])" if re.match(r"\w", words[0]) else ""
    after = r"(?!\w)" if re.search(r"\w$", words[-1]) else ""
    return before + body + after


def _line_column(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


def _emitted(rendered: Rendered, text: str, path: str, line: int, column: int) -> Place:
    """The output that holds the line; a unit's own lines, which are in no output, have no line number."""
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return Place(Position(path), "")
    named = [output for output in rendered.outputs if output.path == path]
    rest = [output for output in rendered.outputs if output.path != path]
    best = max(
        (_match(lines, line, output) for output in [*named, *rest]),
        key=lambda found: found[0],
        default=(0, 0, ""),
    )
    if best[0] == 0:
        return Place(Position(path), lines[line - 1])
    return Place(Position(best[2], best[1], column), lines[line - 1])


def _match(lines: Sequence[str], line: int, output: Output) -> tuple[int, int, str]:
    """How many lines around the line are also in the output, on which of its lines, and its path."""
    theirs = output.text.splitlines()
    best = (0, 0, output.path)
    for index, text in enumerate(theirs):
        if text == lines[line - 1]:
            score = sum(
                _at(theirs, index + step) == _at(lines, line - 1 + step)
                for step in range(-_CONTEXT, _CONTEXT + 1)
            )
            best = max(best, (score, index + 1, output.path), key=lambda found: found[0])
    return best


def _at(lines: Sequence[str], index: int) -> str:
    return lines[index] if 0 <= index < len(lines) else ""
