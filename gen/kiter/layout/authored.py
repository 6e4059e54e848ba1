# SPDX-License-Identifier: GPL-2.0-only
"""Statements that an author wrote, laid out as the kernel likes them: YAML is indented by spaces."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from kiter.layout.columns import TAB, aligned, width
from kiter.spec.snippet import tokens

OPENING, CLOSING = "([{", ")]}"


def statements(text: str) -> tuple[str, ...]:
    """The lines, indented by a tab for each step; what continues a parenthesis is aligned behind it.

    The smallest indentation by spaces is one step; tabs stay as they are.
    """
    text = textwrap.dedent(text)
    rows = list(zip(text.split("\n"), _without_texts(text).split("\n"), strict=True))
    step = min(filter(None, _steps(rows)), default=TAB)
    out: list[str] = []
    open_at: list[int] = []
    begin = ""
    for line, shadow in rows:
        bare = line.lstrip()
        if _in_comment(line, shadow):
            out.append(f"{begin} {bare}".rstrip())
            continue
        if bare.startswith("#"):
            out.append(bare.rstrip())
            continue
        begin = aligned(open_at[-1]) if _continues(open_at) else _tabs(line, step)
        out.append((begin + bare).rstrip())
        _follow(open_at, begin, shadow.strip())
    return tuple(out)


def _tabs(line: str, step: int) -> str:
    margin = _margin(line)
    tabs = len(line) - margin - len(line[margin:].lstrip("\t"))
    return "\t" * (margin // step + tabs) + " " * (margin % step)


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _in_comment(line: str, shadow: str) -> bool:
    """Whether the line begins inside a comment of several lines."""
    return line[:1].isspace() and shadow[:1] == "x"


def _continues(open_at: list[int]) -> bool:
    return bool(open_at) and open_at[-1] >= 0


def _steps(rows: list[tuple[str, str]]) -> Iterator[int]:
    """The indentation of each line that chose it: not of those that continue another."""
    open_at: list[int] = []
    for line, shadow in rows:
        if not _continues(open_at) and not _in_comment(line, shadow):
            yield _margin(line)
        _follow(open_at, "", shadow)


def _without_texts(text: str) -> str:
    """The text with comments and strings blanked out, so that a bracket is a bracket."""
    return "".join(
        re.sub(r"[^\n]", "x", token) if kind in ("string", "comment") else token
        for kind, token in tokens(text)
    )


def _follow(open_at: list[int], begin: str, text: str) -> None:
    """Keep the columns behind the brackets that are open; -1 for a brace, whose lines are no continuation."""
    for index, char in enumerate(text):
        if char in OPENING:
            open_at.append(-1 if char == "{" else width(begin + text[: index + 1]))
        elif char in CLOSING and open_at:
            open_at.pop()
