# SPDX-License-Identifier: GPL-2.0-only
"""Text as reStructuredText: names as literals, nothing taken for markup, tables with columns that fit."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence

WIDE = 80
NARROWEST = 24  # below that, a column of words is one word a line
MARKER = 7  # so many '=' at the beginning of a line are a conflict marker to git diff --check
_LITERAL = re.compile(r"(``.+?``)")
_NAME = re.compile(r"[@%](\w+\*?)")
# what begins inline markup, or ends a reference; docutils, "Inline markup recognition rules"
_MARKUP = re.compile(r"([\\*`|]|(?<=\w)_(?!\w))")
_BEGINS = re.compile(r"((?<![\w\\])[*|`](?=[^\s*|`])|(?<=\w)_(?=[\s.,:;!?)]|$))")
# what begins a list, a directive, a field or a line block where a paragraph is meant
_BLOCK = re.compile(r"^(?=[-+•:.>]+(\s|$)|\.\.|:\w|\w{1,3}[.)]\s|\(\w{1,3}\)\s)")


def spoken(text: str) -> str:
    """One paragraph: @argument and %CONSTANT become literals, ``literals`` stay, all else is plain text."""
    named = _NAME.sub(r"``\1``", " ".join(text.split()))
    parts = _LITERAL.split(named)
    plain = "".join(part if _LITERAL.match(part) else _MARKUP.sub(r"\\\1", part) for part in parts)
    return _BLOCK.sub(r"\\", plain)


def marked(text: str) -> str:
    """Text of a kernel-doc comment, which is RST too; only what would be markup there is escaped."""
    parts = _LITERAL.split(text)
    return "".join(part if _LITERAL.match(part) else _BEGINS.sub(r"\\\1", part) for part in parts)


def plain(text: str) -> str:
    """One paragraph without any markup, for mails and comments."""
    return _NAME.sub(r"\1", " ".join(text.split()))


def sentence(text: str, spell: Callable[[str], str] = spoken) -> str:
    """The paragraph as a sentence; one that begins with a name begins as the name does."""
    said = spell(text)
    upper = said if re.match(r"\w+[(_]", said) else said[:1].upper() + said[1:]
    return upper + ("" if upper.endswith((".", "!", "?")) else ".")


def listed(items: Sequence[str]) -> str:
    """The items as a sentence lists them."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> tuple[str, ...]:
    """A simple table; column `words`, which is not the first, holds text that is wrapped."""
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    widths[0] += widths[0] == MARKER
    others = sum(widths) - widths[words] + 2 * (len(widths) - 1)
    widths[words] = min(widths[words], max(NARROWEST, WIDE - others))
    rule = "  ".join("=" * width for width in widths)
    lines = [rule, _row(heads, widths), rule]
    for row in rows:
        wrapped = textwrap.wrap(row[words], widths[words], break_long_words=False, break_on_hyphens=False)
        first, *more = wrapped or [""]
        lines.append(_row([*row[:words], first, *row[words + 1 :]], widths))
        lines += [_row(["" if i != words else text for i in range(len(widths))], widths) for text in more]
    return (*lines, rule)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
