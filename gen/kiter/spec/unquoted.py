# SPDX-License-Identifier: GPL-2.0-only
"""C that stands without quotes where YAML takes a part of it for its own."""

from __future__ import annotations

from kiter.errors import Edit, Position
from kiter.regex import regex

_NAMED = regex(r"[&*]\w+(?:(?:->|\.)\w+)*")
_OPENED, _CLOSED = frozenset("([{"), frozenset(")]}")


def quoted(text: str) -> str:
    """A text as a quoted scalar."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def name(at: Position, line: str) -> Edit | None:
    """Quotes round `&init_task` or `*pos`, when that is the whole value."""
    found = _expression(at, line)
    return found if found and _NAMED.fullmatch(line, at.column - 1, found.last.column - 1) else None


def call(at: Position, line: str) -> Edit | None:
    """Quotes round a value with a call in it, up to where its last parenthesis is closed."""
    return _expression(at, line)


def _expression(at: Position, line: str) -> Edit | None:
    """Quotes round what stands there up to the comma or bracket that ends it; None over several lines."""
    depth, start = 0, at.column - 1
    end = len(line)
    for column in range(start, len(line)):
        character = line[column]
        ends = character == "," or character in _CLOSED
        if (depth == 0 and ends) or (character == "#" and line[column - 1] == " "):
            end = column
            break
        depth += (character in _OPENED) - (character in _CLOSED)
    text = line[start:end].rstrip()
    if depth or not text:
        return None
    return Edit(at, Position(at.file, at.line, start + len(text) + 1), quoted(text))
