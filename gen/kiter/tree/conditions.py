# SPDX-License-Identifier: GPL-2.0-only
"""Which #if, or which ifeq of a Makefile, each row of a text stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence

_C = (re.compile(r"^\s*#\s*(?:if|ifdef|ifndef)\b"), re.compile(r"^\s*#\s*endif\b"))
_MAKE = (re.compile(r"^\s*(?:ifeq|ifneq|ifdef|ifndef)\b"), re.compile(r"^\s*endif\b"))
Block = tuple[int, int]


def blocks(lines: Sequence[str], make: bool = False) -> tuple[Block, ...]:
    """The rows of each conditional's first and last line, an outer one before its inner ones."""
    opens, closes = _MAKE if make else _C
    found, pending = [], []
    for row, line in enumerate(lines):
        if opens.match(line):
            pending.append(row)
        elif closes.match(line) and pending:
            found.append((pending.pop(), row))
    return tuple(sorted(found))


def around(every: Sequence[Block], row: int, include_guard: bool = False) -> tuple[Block, ...]:
    """The conditionals that a row stands in, the outermost first.

    `include_guard` says that the first of all guards the whole header.
    """
    return tuple(b for b in every[1 if include_guard else 0 :] if b[0] < row < b[1])


def behind(every: Sequence[Block], row: int) -> int:
    """The row behind this one that stands in no conditional."""
    outer = around(every, row)
    return outer[0][1] + 1 if outer else row + 1


def spelled(lines: Sequence[str], block: Block) -> str:
    """The condition, its white space normalized."""
    return " ".join(lines[block[0]].split())
