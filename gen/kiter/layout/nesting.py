# SPDX-License-Identifier: GPL-2.0-only
"""How far in a statement stands: the braces round it, and the headers that wait for their one statement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LABEL = re.compile(r"[A-Za-z_]\w*:")
CASE = re.compile(r"(?:case\b[^?:]*|default):")
DATA = re.compile(r"[^(]* = ")
HEADS = (")", "else", "do")  # the end of a header, whose one statement comes next
ENDS = (";", "{", "}", *HEADS)
IF = re.compile(r"(?:\} )?(?:else )?if\b")


@dataclass(slots=True)
class _Block:
    """What one brace opened: statements, or the members and items of data.

    `heads` are the headers without a brace whose statement comes next, true for an `if`; `last` those
    whose statement came last, of which an `else` may follow one.
    """

    tabs: int
    code: bool
    heads: list[bool] = field(default_factory=list)
    last: list[bool] = field(default_factory=list)

    def end(self) -> None:
        """A statement is whole."""
        self.last, self.heads = self.heads, []


class Nesting:
    """The blocks that are open; the outermost is the file."""

    def __init__(self) -> None:
        self._blocks = [_Block(0, code=False)]
        self.fresh = False  # nothing has come yet in a block of statements

    def tabs(self, given: str) -> int:
        """How far in the next line stands, which a template gave like this.

        What stands in no brace stays where it is: it may join a function that the kernel has.
        """
        if len(self._blocks) == 1:
            return len(given) - len(given.lstrip("\t"))
        return self._blocks[-1].tabs + len(self._blocks[-1].heads)

    @property
    def code(self) -> bool:
        """Whether statements stand here, and not members, items or what a file consists of."""
        return self._blocks[-1].code

    def enter(self, line: str, given: str) -> int:
        """Begin the statement whose first line this is, without strings and comments: its tabs."""
        block = self._blocks[-1]
        if line.startswith("}") and len(self._blocks) > 1:
            return self._blocks.pop().tabs - 1
        if block.code and line.startswith(("case ", "default:")):
            return block.tabs - 1
        if block.code and _labels(line):
            return 0
        if line.startswith("else"):
            while block.last and not block.last.pop():
                pass
            block.heads = block.last
        return self.tabs(given)

    def whole(self, line: str) -> bool:
        """Whether a statement may end with this line, whose brackets are all closed."""
        if self.code:
            return line.endswith(ENDS) or _labels(line)
        return not line.endswith(("=", "|", "&", "+", "?"))

    def leave(self, first: str, last: str, tabs: int) -> None:
        """End a statement: its first and its last line, and where it stood."""
        block = self._blocks[-1]
        if last.endswith("{"):
            file = len(self._blocks) == 1
            code = last == "{" if file and not tabs else last[:-1].rstrip().endswith(HEADS)
            code = code and not DATA.match(first)
            self._blocks.append(_Block(tabs + 1, code))
            self.fresh = code
        elif not block.code or _labels(last):
            pass
        elif last.endswith(HEADS):
            block.heads.append(bool(IF.match(first)))
        else:
            block.end()


def _labels(line: str) -> bool:
    """Whether it is a label, of which a statement comes behind."""
    return line.endswith(":") and (CASE.fullmatch(line) or LABEL.fullmatch(line)) is not None
