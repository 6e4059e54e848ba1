# SPDX-License-Identifier: GPL-2.0-only
"""What gcc, clang and sparse say, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kiter.regex import regex
from kiter.value_class import value_class

_MESSAGE = regex(r"^(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? "
                      r"(?P<level>fatal error|error|warning|note): (?P<text>.*)$")  # fmt: skip
_WAY = regex(
    r"(?:included from|inlined from '[^']*' at|^\s+from) (?P<file>[^\s:]+):(?P<line>\d+)(?::(?P<column>\d+))?"
)
_EXPANSION = regex(r"in expansion of macro|expanded from|in definition of macro")


@value_class
class Line:
    """A line of a file that a tool speaks of."""

    file: str
    number: int

    @property
    def spelled(self) -> str:
        """As tools write it."""
        return f"{self.file}:{self.number}"


@value_class
class Finding:
    """One message about the file that was given to the tool.

    line: counted from 1, 0 where it is unknown
    column: likewise
    level: error or warning, as the tool says
    text: what it says
    elsewhere: where the message itself is when that is another file, such as a kernel header
    code: set where it is not the code of the job
    unexplained: it may not be about the file at all, and so is not remembered
    """

    line: int
    column: int
    level: str
    text: str
    elsewhere: Line | None = None
    code: str = ""
    unexplained: bool = False

    def as_list(self) -> list[int | str]:
        """For the cache."""
        file, number = (self.elsewhere.file, self.elsewhere.number) if self.elsewhere else ("", 0)
        return [self.line, self.column, self.level, self.text, file, number, self.code]

    @classmethod
    def from_list(cls, row: object) -> Finding | None:
        """The finding that as_list() made the row from; None for any other row."""
        match row:
            case [int(line), int(column), str(level), str(text), str(file), int(number), str(code)]:
                return cls(line, column, level, text, Line(file, number) if file else None, code)
        return None


@dataclass(slots=True)
class _Group:
    """A message with the notes and the way that lead from it to the file."""

    file: str  # the one that it is about
    line: int  # counted from 1
    column: int  # counted from 1, 0 for none
    level: str  # "error", "warning" or "note"
    text: str  # what it says
    way: list[tuple[str, int, int]] = field(default_factory=list)  # places of the includes and macros between


def parse(said: str, file: str) -> tuple[Finding, ...]:
    """The errors and warnings in a tool's output about `file`; a message in a header is led back to the line
    of the file that brought it about, where the output tells."""
    return tuple(_finding(group, file) for group in _groups(said.splitlines()))


def _groups(lines: Sequence[str]) -> Iterator[_Group]:
    """Ways in come before their message; notes come after it."""
    ahead: list[tuple[str, int, int]] = []
    current: _Group | None = None
    for line in lines:
        found = _MESSAGE.match(line)
        if found is None:
            ahead += [_place(way) for way in _WAY.finditer(line)]
        elif found["level"] == "note":
            if current and _EXPANSION.search(found["text"]):
                current.way.append(_place(found))
        else:
            if current:
                yield current
            level = "error" if "error" in found["level"] else "warning"
            current = _Group(*_place(found), level, found["text"], ahead)
            ahead = []
    if current:
        yield current


def _place(found: re.Match[str]) -> tuple[str, int, int]:
    return found["file"], int(found["line"]), int(found["column"] or 0)


def _finding(group: _Group, file: str) -> Finding:
    if group.file == file:
        return Finding(group.line, group.column, group.level, group.text)
    elsewhere = Line(group.file, group.line)
    for name, line, column in group.way:
        if name == file:
            return Finding(line, column, group.level, group.text, elsewhere)
    return Finding(0, 0, group.level, group.text, elsewhere)


def unexplained(status: int, said: str) -> Finding:
    """For a tool that failed without a message we know: its first words."""
    first = next((line.strip() for line in said.splitlines() if line.strip()), "")
    text = first or f"the tool ended with status {status} and said nothing"
    return Finding(0, 0, "error", text, unexplained=True)


def judged(found: Sequence[Finding], status: int, said: str) -> tuple[Finding, ...]:
    """What a tool found, and that it failed where that explains no failure."""
    failed = status and not any(one.level == "error" for one in found)
    return (*found, unexplained(status, said)) if failed else tuple(found)
