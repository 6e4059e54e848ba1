# SPDX-License-Identifier: GPL-2.0-only
"""How far in a statement stands: the braces round it, and the headers that wait for their one statement."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiter.layout.line import CASES, CLOSES, ELSE, HEADS, LABELS, NAMES, OPENS, Line


@dataclass(slots=True, eq=False, repr=False)
class _Block:
    """What one brace opened: statements, or the members and items of data.

    tabs: how far in they stand
    code: whether they are statements
    outer: the block round it, None for the file
    heads: the headers without a brace whose statement comes next, true for an `if`
    last: those whose statement came last, of which an `else` may follow one
    """

    tabs: int
    code: bool
    outer: _Block | None = None
    heads: list[bool] = field(default_factory=list)
    last: list[bool] = field(default_factory=list)

    def end(self) -> None:
        """A statement is whole."""
        if self.heads or self.last:
            self.last, self.heads = self.heads, []


class Nesting:
    """The blocks that are open; the outermost is the file."""

    __slots__ = ("_block", "fresh")

    def __init__(self) -> None:
        self._block = _Block(0, code=False)
        self.fresh = False  # nothing has come yet in a block of statements

    def tabs(self, given: str) -> int:
        """How far in the next line stands, which a template gave like this.

        What stands in no brace stays where it is: it may join a function that the kernel has.
        """
        block = self._block
        if block.outer is None:
            return len(given) - len(given.lstrip("\t"))
        return block.tabs + len(block.heads)

    def enter(self, line: Line, given: str) -> int:
        """Begin the statement whose first line this is, which a template gave like that: its tabs."""
        block, begins = self._block, line.begins
        if begins == CLOSES and block.outer:
            self._block = block.outer
            return block.tabs - 1
        if block.code and begins == CASES:
            return block.tabs - 1
        if block.code and begins == NAMES:
            return 0
        if begins == ELSE:
            while block.last and not block.last.pop():
                pass
            block.heads = block.last
        return self.tabs(given)

    def whole(self, line: Line) -> bool:
        """Whether a statement may end with this line, whose brackets are all closed."""
        return line.ends != "" if self._block.code else not line.goes_on

    def leave(self, first: Line, last: Line, tabs: int) -> None:
        """End a statement: its first and its last line, and where it stood."""
        block, ends = self._block, last.ends
        if ends == OPENS:
            code = last.headed if block.outer or tabs else last.alone
            self.fresh = code and not first.data
            self._block = _Block(tabs + 1, self.fresh, block)
        elif not block.code or ends == LABELS:
            pass
        elif ends == HEADS:
            block.heads.append(first.tests)
        else:
            block.end()

    def simple(self, line: Line) -> int:
        """The tabs of a statement that is begun and ended by this line; -1 if it needs a closer look."""
        block = self._block
        if not line.simple or block.outer is None:
            return -1
        tabs = block.tabs + len(block.heads)
        block.end()
        return tabs
