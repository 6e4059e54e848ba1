# SPDX-License-Identifier: GPL-2.0-only
"""One screen about a run: the verdict, what broke since the last, why, and the C that changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from kiter.value_class import value_class
from kiter.watch.turn import Turn

KEYS = "a: run all   k: another kernel   s: show walks   q: quit"
_GREEN, _RED, _OFF = "\x1b[1;32m", "\x1b[1;31m", "\x1b[0m"
_CLEAR = "\x1b[H\x1b[2J"


@value_class
class Size:
    """Of a terminal."""

    columns: int
    rows: int


@value_class
class News:
    """What is otherwise than in the last run.

    broke: the checks that passed in it, and do not now
    fixed: the other way round
    diff: of the emitted C, line by line
    """

    broke: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()


def news(turn: Turn, checks: Mapping[str, Mapping[str, bool]], emitted: Mapping[str, str]) -> News:
    """What a run brings beside what was known of each iterator before."""
    pairs = [
        (f"{iterator}: {check}", passed, checks[iterator][check])
        for iterator, own in turn.checks.items()
        for check, passed in own.items()
        if check in checks.get(iterator, {})
    ]
    broke = tuple(name for name, now, before in pairs if before and not now)
    fixed = tuple(name for name, now, before in pairs if now and not before)
    return News(broke, fixed, tuple(_changed(turn.emitted, emitted)))


def _changed(now: Mapping[str, str], before: Mapping[str, str]) -> Iterator[str]:
    for name in now.keys() & before.keys():
        lines = difflib.unified_diff(
            before[name].splitlines(), now[name].splitlines(), name, name, n=1, lineterm=""
        )
        # the two names of one file say nothing
        yield from list(lines)[2:]


def drawn(head: str, turn: Turn | None, new: News, size: Size, *, terminal: bool) -> str:
    """The screen as text: it takes all of a terminal, and no more than that; elsewhere all is shown."""
    title = f"{turn.title} · {head}" if turn else head
    body = tuple(_body(turn, new)) if turn else ()
    if not terminal:
        return "\n".join((title, *body, ""))
    body = tuple(part for line in body for part in _folded(line, size.columns - 1))
    room = max(size.rows - 3, 1)
    shown = (*body[: room - 1], "…") if len(body) > room else body
    lines = [_cut(title, size.columns), *shown]
    if turn:
        lines[0] = f"{_GREEN if turn.good else _RED}{lines[0]}{_OFF}"
    rest = "\n" * (size.rows - len(lines))
    return f"{_CLEAR}{chr(10).join(lines)}{rest}{_cut(KEYS, size.columns)}"


def _body(turn: Turn, new: News) -> Iterator[str]:
    if new.broke:
        yield f"broke since the last run: {', '.join(new.broke)}"
    if new.fixed:
        yield f"fixed since the last run: {', '.join(new.fixed)}"
    yield from turn.told.splitlines()
    if new.diff:
        yield "the C that changed:"
        yield from new.diff


def _folded(line: str, columns: int) -> Iterator[str]:
    line = line.expandtabs()
    yield from (line[at : at + columns] for at in range(0, len(line) or 1, max(columns, 1)))


def _cut(line: str, columns: int) -> str:
    return line if len(line) < columns else f"{line[: max(columns - 2, 0)]}…"
