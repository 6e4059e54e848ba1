# SPDX-License-Identifier: GPL-2.0-only
"""The iterator's state: which fields it needs on one kernel, and which of them says "live".

The live field is the one that is NULL (or false) exactly while the iterator is empty: after a
failed new() and after the end. next() tests it before anything else, so it must be the same in
every case, and new() must store it before its first error return.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiter.spec.case import Case
from kiter.spec.iterator import Iterator
from kiter.spec.release import Release
from kiter.spec.walk import Nested, Ring, Walk, start_of

SIZES = {
    "bool": 1,
    "char": 1,
    "u8": 1,
    "s8": 1,
    "u16": 2,
    "s16": 2,
    "int": 4,
    "unsigned int": 4,
    "u32": 4,
    "s32": 4,
    "pid_t": 4,
    "long": 8,
    "unsigned long": 8,
    "size_t": 8,
    "u64": 8,
    "s64": 8,
}
WORD = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One member of the kernel's view of the state."""

    name: str
    type: str

    @property
    def size(self) -> int:
        """Bytes on a 64-bit machine; 8 for a type that is not known, which is the most a scalar has."""
        return WORD if self.type.endswith("*") else SIZES.get(self.type, WORD)


@dataclass(frozen=True, slots=True)
class Live:
    """The field that tells a live iterator from an empty one."""

    field: str
    flag: bool

    @property
    def test(self) -> str:
        """True when the iterator is empty."""
        return f"!kit->{self.field}"

    @property
    def clear(self) -> str:
        """Makes the iterator empty."""
        return f"kit->{self.field} = {'false' if self.flag else 'NULL'};"


@dataclass(frozen=True, slots=True)
class State:
    """The fields in the order of the struct, the words of 8 bytes they take, and the live one."""

    fields: tuple[Field, ...]
    words: int
    live: Live

    def has(self, name: str) -> bool:
        """Whether there is a field of that name."""
        return any(field.name == name for field in self.fields)


def state(it: Iterator, release: Release) -> State:
    """The state of an iterator on one kernel."""
    cases = it.on(release)
    live = _live(it, cases)
    wanted = {**_kept(it), **_cursors(it, cases), **_started(it, cases)}
    wanted |= {field.name: field.type for field in it.fields}
    if it.select:
        wanted[it.select] = next(a.type for a in it.arguments if a.name == it.select)
    wanted |= {"wrapped": "bool"} if any(start_of(c.walk) for c in cases) else {}
    wanted |= {live.field: "bool"} if live.flag else {}
    fields = sorted((Field(*item) for item in wanted.items()), key=lambda f: -f.size)
    return State(tuple(fields), max(it.room, _words(fields)), live)


def start_field(it: Iterator) -> str:
    """The field that remembers where a ring was entered: named so that no argument has the name."""
    return "first" if it.argument("start") else "start"


def _live(it: Iterator, cases: Iterable[Case]) -> Live:
    candidates = [_candidates(it, case) for case in cases]
    common = [name for name in candidates[0] if all(name in other for other in candidates)]
    return Live(common[0], flag=False) if common else Live("live", flag=True)


def _candidates(it: Iterator, case: Case) -> list[str]:
    """Pointers that are never NULL while this walk is under way."""
    given = [
        a.name for a in it.arguments if a.pointer and a.keep and (not a.nullable or a.name in case.requires)
    ]
    walk = case.walk.outer if isinstance(case.walk, Nested) else case.walk
    return given + ([walk.name] if isinstance(walk, Ring) else [])


def _kept(it: Iterator) -> dict[str, str]:
    return {a.name: a.type for a in it.arguments if a.keep}


def _cursors(it: Iterator, cases: Iterable[Case]) -> dict[str, str]:
    found: dict[str, str] = {}
    for case in cases:
        levels: tuple[Walk, ...] = (case.walk,)
        if isinstance(case.walk, Nested):
            levels = (case.walk.outer, case.walk.inner)
        found |= {level.name: getattr(level, "type", "") or it.element for level in levels}
    return found


def _started(it: Iterator, cases: Iterable[Case]) -> dict[str, str]:
    rings = (c.walk.outer if isinstance(c.walk, Nested) else c.walk for c in cases if start_of(c.walk))
    return {start_field(it): getattr(ring, "type", "") or it.element for ring in rings}


def _words(fields: Iterable[Field]) -> int:
    """Fields come largest first, so no padding stands between them."""
    return -(-sum(field.size for field in fields) // WORD)
