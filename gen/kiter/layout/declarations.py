# SPDX-License-Identifier: GPL-2.0-only
"""The declarations at the head of a block, the longest line first as maintainers ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from kiter.regex import regex

DECLARATION = regex(
    r"(?!(?:return|goto|else|case|typedef|extern)\b)[A-Za-z_][\w ]*[ *]\w+(?:\[[^\]]*\])*"
    r"(?: = [^;]*|(?:, \**\w+)+)?;"
)
NAME = regex(r"[ *](\w+)(?:\[[^\]]*\])*(?= = |[,;])")
FREE = regex(r"(?<![\w.>])\w+")  # no member of a struct


def ordered(lines: Sequence[str]) -> list[str]:
    """The declarations by their length, each behind those that its value names."""
    waiting = sorted(lines, key=len, reverse=True)
    out: list[str] = []
    while waiting:
        line = next((one for one in waiting if not _needs(one, waiting)), waiting[0])
        waiting.remove(line)
        out.append(line)
    return out


def _needs(line: str, waiting: Sequence[str]) -> bool:
    """Whether the value names a variable that another line declares."""
    _, _, value = line.partition(" = ")
    if not value:
        return False
    used = set(FREE.findall(value))
    return any(used.intersection(NAME.findall(other)) for other in waiting if other is not line)
