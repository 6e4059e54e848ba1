# SPDX-License-Identifier: GPL-2.0-only
"""A nested walk that looks ahead: its cursor holds the element to return next.

Where each element of a ring is itself the first of its inner walk, as a process is the first of its
threads (kernel/fork.c, copy_process()), an inner walk needs no step to be entered and is never empty.
So one step finds each element, and nothing has to be looked for.

Every element that is returned was in its list at a time during the walk: a pointer to the next one
was read in one that was there, or that left during the walk and still points where it did then
(list_del_rcu()). The memory of an element stays until the RCU critical section ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiter.spec.case import Case
from kiter.spec.model import Spec
from kiter.spec.release import Release
from kiter.spec.snippet import Code
from kiter.spec.walk import Cursor, Nested, Ring, Walk


@dataclass(frozen=True, slots=True)
class Lookahead:
    """The two levels; `outside` are the flags that walk the outer one alone, `inside` the inner one."""

    outer: Ring
    inner: Cursor
    outside: tuple[str, ...]
    inside: tuple[str, ...]


def look_ahead(it: Spec, cases: tuple[Case, ...], release: Release) -> Lookahead | None:
    """How all the cases look ahead with one cursor; None if one of them cannot."""
    nested = next((case.walk for case in cases if isinstance(case.walk, Nested)), None)
    if it.lifetime != "rcu" or it.lock or nested is None:
        return None
    outer, inner = nested.outer, nested.inner
    if not isinstance(outer, Ring) or outer.start or not isinstance(inner, Cursor):
        return None
    if _text(inner.first, release) != outer.name:
        return None
    parts = {case.flag: _part(case.walk, outer, inner, release) for case in cases}
    if "" in parts.values():
        return None
    inside, outside = (tuple(f for f, p in parts.items() if p == kind) for kind in ("inside", "outside"))
    return Lookahead(outer, inner, outside, inside)


def _part(walk: Walk, outer: Ring, inner: Cursor, release: Release) -> str:
    """What a case walks of the two: "both", "outside", "inside", or "" for something else."""
    match walk:
        case Nested(outer=Ring() as ring, inner=Cursor() as cursor):
            alike = _ring(ring, release) == _ring(outer, release) and _along(cursor, release) == _along(
                inner, release
            )
            return "both" if alike and _text(cursor.first, release) == outer.name else ""
        case Ring() if not walk.start and _ring(walk, release) == _ring(outer, release):
            return "outside"
        case Cursor() if walk.first is not None and _along(walk, release) == _along(inner, release):
            return "inside"
    return ""


def _ring(ring: Ring, release: Release) -> tuple[str, ...]:
    return ring.name, ring.type, _text(ring.anchor, release), _text(ring.next, release)


def _along(cursor: Cursor, release: Release) -> tuple[str, ...]:
    return cursor.name, cursor.type, _text(cursor.next, release)


def _text(code: Code | None, release: Release) -> str:
    found = code.on(release) if code else None
    return found.text if found else ""
