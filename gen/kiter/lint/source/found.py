# SPDX-License-Identifier: GPL-2.0-only
"""What the paths of an iterator show, as hits of the rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kiter.errors import Position
from kiter.flow.lifecycle import Finding
from kiter.flow.state import Spot
from kiter.lint.rule import Hit
from kiter.lint.source.model import Trio
from kiter.regex import regex

SRCU = regex(r"(?:\w+_)?srcu_(?:\w+_)?|(?:wakeup_sources|device_links|tomoyo)_read_")
_LONGEST = 14  # lines of a way that are shown

Says = Callable[[Finding], str]


def _at(spot: Spot) -> Position:
    return Position(spot.file, spot.row + 1, spot.column + 1)


def hits(
    found: Iterator[tuple[Finding, Spot]], says: Says, hint: Says | None = None, why: Says | None = None
) -> Iterator[Hit]:
    """One hit for each place; where a path is only thought possible, a note, if nothing is sure there."""
    sure: dict[tuple[Position, str], Hit] = {}
    notes: dict[tuple[Position, str], Hit] = {}
    for one, spot in found:
        at, doubt = _at(spot), one.fault.doubt
        way = tuple((_at(step), step.says) for step in one.fault.trail)
        way = (*way[: _LONGEST // 2], (at, "..."), *way[-_LONGEST // 2 :]) if len(way) > _LONGEST else way
        message = f"not known: {says(one)}, unless {doubt}" if doubt else says(one)
        severity = "note" if doubt else _severity(one)
        told = hint(one) if hint else ""
        hit = Hit(at, message, told, None, severity, way, why(one) if why else "")
        (notes if doubt else sure).setdefault((at, one.fault.subject), hit)
    yield from sure.values()
    yield from (hit for key, hit in notes.items() if key not in sure)


def _severity(one: Finding) -> str:
    """A reader of SRCU holds nobody up: to be one from call to call is only to be thought about."""
    return "warning" if one.fault.kind == "held" and SRCU.fullmatch(second(one)) else ""


def first(one: Finding) -> str:
    """The first thing that a finding is about: a field, or a function."""
    return one.fault.subject.partition("\0")[0]


def second(one: Finding) -> str:
    """The second: the kind of a lock, or the lock that something sleeps under."""
    return one.fault.subject.partition("\0")[2]


def where(trio: Trio, phases: str, *kinds: str) -> Iterator[Finding]:
    """The findings of some kinds, in phases that a pattern describes."""
    for one in trio.life.findings:
        if one.fault.kind in kinds and re.fullmatch(phases, one.phase):
            yield one
