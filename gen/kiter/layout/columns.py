# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's columns and tabs (process/coding-style.rst), and text that is filled into them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

TAB = 8
COLUMNS = 80  # what a line keeps to where it reads well
HARD = 100  # what checkpatch.pl allows


def width(line: str) -> int:
    """Columns of a line whose tabs are eight wide."""
    return len(line.expandtabs(TAB))


def aligned(column: int) -> str:
    """White space up to a column, tabs first."""
    return "\t" * (column // TAB) + " " * (column % TAB)


def fill(
    prefix: str, pieces: Iterable[str], end: str, inside: int = 0, columns: int = COLUMNS
) -> tuple[str, ...]:
    """`prefix`, the pieces and `end`, broken between pieces to stay in so many columns.

    Continuation lines are aligned behind `prefix`; `inside` says how many tabs the caller will
    put in front.
    """
    items = list(pieces)
    lines = [prefix]
    margin = width("\t" * inside + prefix)
    for index, item in enumerate(items):
        tail = end if index == len(items) - 1 else ""
        first = lines[-1] == prefix or not lines[-1].strip()
        candidate = lines[-1] + ("" if first else " ") + item + tail
        if first or width("\t" * inside + candidate) <= columns:
            lines[-1] = candidate
        else:
            lines.append(aligned(margin - inside * TAB) + item + tail)
    return tuple(lines) if items else (prefix + end,)


def call(
    prefix: str, arguments: Iterable[str], end: str, inside: int = 0, columns: int = COLUMNS
) -> tuple[str, ...]:
    """`prefix(a, b)end`, broken between arguments to stay in so many columns."""
    items = tuple(arguments)
    return fill(prefix, (*(f"{item}," for item in items[:-1]), *items[-1:]), end, inside, columns)


def paragraph(
    text: str, first: str = " * ", rest: str = " * ", columns: int = COLUMNS - 1
) -> tuple[str, ...]:
    """Text as comment lines."""
    return tuple(
        textwrap.wrap(
            " ".join(text.split()),
            columns,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def comment(text: str, inside: int = 0, columns: int = COLUMNS) -> tuple[str, ...]:
    """A comment of one line, or of several in the kernel's form."""
    line = f"/* {text} */"
    if width("\t" * inside + line) <= columns:
        return (line,)
    return ("/*", *paragraph(text, columns=COLUMNS - inside * TAB), " */")
