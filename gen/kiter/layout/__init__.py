# SPDX-License-Identifier: GPL-2.0-only
"""The one layout pass over rendered C: indentation, width, alignment, order of declarations, blank lines.

A template writes each statement on one line of any length, at any margin. A statement that fits is
left as it is, and so is one that is on several lines already: laying out what is laid out changes
nothing. Lines that an author of a spec wrote (`authored`) keep their own layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kiter.layout.authored import statements
from kiter.layout.columns import TAB, aligned, width
from kiter.layout.declarations import DECLARATION, ordered
from kiter.layout.line import read
from kiter.layout.nesting import Nesting
from kiter.layout.statement import Widths as Widths
from kiter.layout.statement import broken

AUTHORED = "\0"


def authored(text: str) -> str:
    """Statements of a spec's author as lines that the pass only moves to where they belong."""
    return "\n".join(AUTHORED + line for line in statements(text))


@lru_cache(maxsize=256)  # two kernels have much in common
def layout(text: str, widths: Widths = Widths()) -> str:  # noqa: B008 - frozen
    """The text of a C file in its final lines."""
    return "\n".join(_Pass(text.split("\n"), widths).lines())


class _Pass:
    """One text on its way."""

    def __init__(self, lines: list[str], widths: Widths) -> None:
        self._rest = iter(lines)
        self._widths = widths
        self._least = widths.least
        self._nesting = Nesting()
        self._out: list[str] = []
        self._gap = False  # whether empty lines stand before the next one

    def lines(self) -> list[str]:
        """The final lines."""
        for line in self._rest:
            if bare := line.strip():
                self._line(line, bare)
            else:
                self._gap = True
        return [*self._out, ""] if self._gap else self._out

    def _line(self, line: str, bare: str) -> None:
        """A line, with those behind it that belong to it."""
        if self._nesting.fresh:
            line = self._declarations(line)
            bare = line.strip()
        if not bare:
            self._gap = True
        elif bare[0] == AUTHORED:
            self._authored(bare[1:], self._nesting.tabs(line))
        elif bare[0] == "#":
            self._directive(line)
        elif bare.startswith("/*"):
            self._comment(line, bare)
        else:
            self._statement(line, bare)

    def _put(self, line: str) -> None:
        """Add a line, apart from the one before if it was so, unless a brace is between them."""
        if self._gap:
            self._gap = False
            if self._out and self._out[-1][-1:] != "{" and line.lstrip("\t")[:1] != "}":
                self._out.append("")
        self._out.append(line)

    def _declarations(self, line: str) -> str:
        """The declarations that begin a block, from this line on; releases the line behind them."""
        self._nesting.fresh = False
        declared: list[str] = []
        while DECLARATION.fullmatch(bare := line.strip()):
            declared.append(bare)
            line = next(self._rest, "")
        for one in ordered(declared):
            self._whole(one, self._nesting.tabs(line))
        return line

    def _authored(self, text: str, tabs: int) -> None:
        """An author's line behind so many tabs; the preprocessor's stay where they are."""
        if text:
            self._put(text if text[0] == "#" else "\t" * tabs + text)
        else:
            self._out.append("")

    def _directive(self, line: str) -> None:
        """A line for the preprocessor, with those that it goes on with."""
        self._put(line.rstrip())
        while line.endswith("\\"):
            line = next(self._rest, "")
            self._put(line)

    def _comment(self, line: str, bare: str) -> None:
        tabs = self._nesting.tabs(line)
        if "*/" in bare:
            self._whole(bare, tabs)
            return
        lines = [line]
        for following in self._rest:
            lines.append(following)
            if "*/" in following:
                break
        self._several(lines, tabs)

    def _statement(self, line: str, bare: str) -> None:
        """The statement that begins on this line."""
        nesting = self._nesting
        first = last = read(bare)
        if (tabs := nesting.simple(first)) >= 0:
            self._whole(bare, tabs)
            return
        tabs = nesting.enter(first, line)
        if first.opened <= 0 and nesting.whole(first):
            self._whole(bare, tabs)
        else:
            lines, depth = [line], first.opened
            for following in self._rest:
                lines.append(following)
                last = read(following.strip())
                depth += last.opened
                if depth <= 0 and nesting.whole(last):
                    break
            self._several(lines, tabs)
        nesting.leave(first, last, tabs)

    def _whole(self, bare: str, tabs: int) -> None:
        """A statement or a comment on one line, or on more where it must be."""
        begin = "\t" * tabs
        if TAB * tabs + len(bare) <= self._least and "\t" not in bare:
            self._put(begin + bare)
        else:
            for part in broken(bare, tabs, self._widths):
                self._put(begin + part)

    def _several(self, lines: list[str], tabs: int) -> None:
        """Lines of one statement or comment, all moved by as much as the first."""
        for line in _moved(lines, tabs):
            self._put(line)


def _moved(lines: list[str], tabs: int) -> Iterator[str]:
    """The lines, the first of them behind so many tabs."""
    was = [width(line[: len(line) - len(line.lstrip())]) for line in lines]
    for line, column in zip(lines, was, strict=True):
        bare = line.strip()
        yield aligned(column - was[0] + TAB * tabs) + bare if bare else ""
