# SPDX-License-Identifier: GPL-2.0-only
"""Text as reStructuredText, kernel-doc or plain text: names marked, nothing taken for markup; tables."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from kiter.regex import regex

WIDE = 80
NARROWEST = 24  # below that, a column of words is one word a line
MARKER = 7  # so many '=' at the beginning of a line are a conflict marker to git diff --check
_LITERAL = regex(r"(``.+?``)")
_NAME = regex(r"[@%](\w+\*?)")
# what begins inline markup, or ends a reference; docutils, "Inline markup recognition rules"
_MARKUP = regex(r"([\\*`|]|(?<=\w)_(?!\w))")
_BEGINS = regex(r"((?<![\w\\])[*|`](?=[^\s*|`])|(?<=\w)_(?=[\s.,:;!?)]|$))")
# what begins a list, a directive, a field or a line block where a paragraph is meant
_BLOCK = regex(r"^(?=[-+•:.>]+(\s|$)|\.\.|:\w|\w{1,3}[.)]\s|\(\w{1,3}\)\s)")


def rst(text: str) -> str:
    """One paragraph: @argument and %CONSTANT become literals, ``literals`` stay, all else is plain text."""
    named = _NAME.sub(r"``\1``", " ".join(text.split()))
    parts = _LITERAL.split(named)
    plain = "".join(part if _LITERAL.match(part) else _MARKUP.sub(r"\\\1", part) for part in parts)
    return _BLOCK.sub(r"\\", plain)


def escaped(text: str) -> str:
    """Text of a kernel-doc comment, which is RST too; only what would be markup there is escaped."""
    parts = _LITERAL.split(text)
    return "".join(part if _LITERAL.match(part) else _BEGINS.sub(r"\\\1", part) for part in parts)


def constants(text: str) -> str:
    """C over constants as kernel-doc marks them."""
    return re.sub(r"\b([A-Z]\w+)", r"%\1", text)


def plain(text: str) -> str:
    """One paragraph without any markup, for mails and comments."""
    return _NAME.sub(r"\1", " ".join(text.split()))


def table(text: str) -> str:
    """A simple table of lines whose cells are separated by tabs, the first line being its head.

    The second column holds text that is wrapped; a column that only has a head is left out.
    """
    heads, *rows = ([cell.strip() for cell in line.split("\t")] for line in text.strip("\n").split("\n"))
    kept = [at for at in range(len(heads)) if any(row[at] for row in rows)]
    return "\n".join(_table([heads[at] for at in kept], [[row[at] for at in kept] for row in rows])) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    widths[0] += widths[0] == MARKER
    others = sum(widths) - widths[1] + 2 * (len(widths) - 1)
    widths[1] = min(widths[1], max(NARROWEST, WIDE - others))
    rule = "  ".join("=" * width for width in widths)
    yield from (rule, _row(heads, widths), rule)
    for first, words, *more in rows:
        lines = textwrap.wrap(words, widths[1], break_long_words=False, break_on_hyphens=False)
        yield _row([first, *lines[:1], *more], widths)
        yield from (_row(["", line, *("" for _ in more)], widths) for line in lines[1:])
    yield rule


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
