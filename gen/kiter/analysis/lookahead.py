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

from kiter.spec.model import Spec
from kiter.spec.snippet import Snippet
from kiter.spec.walk import Cursor, Nested, Ring, Walk, levels
from kiter.value_class import value_class


@value_class
class Lookahead:
    """The two levels; `outside` are the flags that walk the outer one alone, `inside` the inner one."""

    outer: Ring
    inner: Cursor
    outside: tuple[str, ...]
    inside: tuple[str, ...]


def look_ahead(it: Spec) -> Lookahead | None:
    """How all the cases look ahead with one cursor; None if one of them cannot."""
    nested = next((case.walk for case in it.cases if isinstance(case.walk, Nested)), None)
    if it.lifetime != "rcu" or it.locks or nested is None:
        return None
    outer, inner = nested.outer, nested.inner
    if not isinstance(outer, Ring) or outer.start or not isinstance(inner, Cursor):
        return None
    if any(level.where for case in it.cases for level in levels(case.walk)):
        return None  # an element may stop being what is wanted before it is returned
    if _text(inner.first) != outer.name:
        return None
    parts = {case.flag: _part(case.walk, outer, inner) for case in it.cases}
    if "" in parts.values():
        return None
    inside, outside = (tuple(f for f, p in parts.items() if p == kind) for kind in ("inside", "outside"))
    return Lookahead(outer, inner, outside, inside)


def _part(walk: Walk, outer: Ring, inner: Cursor) -> str:
    """What a case walks of the two: "both", "outside", "inside", or "" for something else."""
    match walk:
        case Nested(outer=Ring() as ring, inner=Cursor() as cursor):
            alike = _ring(ring) == _ring(outer) and _along(cursor) == _along(inner)
            return "both" if alike and _text(cursor.first) == outer.name else ""
        case Ring() if not walk.start and _ring(walk) == _ring(outer):
            return "outside"
        case Cursor() if walk.first is not None and _along(walk) == _along(inner):
            return "inside"
    return ""


def _ring(ring: Ring) -> tuple[str, ...]:
    return ring.name, ring.type, ring.anchor.text, ring.next.text


def _along(cursor: Cursor) -> tuple[str, ...]:
    return cursor.name, cursor.type, cursor.next.text


def _text(snippet: Snippet | None) -> str:
    return snippet.text if snippet else ""
