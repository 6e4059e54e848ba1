# SPDX-License-Identifier: GPL-2.0-only
"""What tells a live iterator from an empty one.

An iterator is empty after a failed new() and after the end. next() tests it before anything else,
so the test must be the same in every case, and new() must store what makes it true before its
first error return.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiter.analysis.lookahead import Lookahead
from kiter.spec.case import Case
from kiter.spec.model import Spec
from kiter.spec.resource import Resource
from kiter.spec.walk import Counter, Index, Nested, Ring


@dataclass(frozen=True, slots=True)
class Liveness:
    """`test` is true for an empty iterator, `clear` are the statements that make one empty.

    `dead` is true when it never was live, or a walk that keeps nothing behind its end is over.
    `field` is the field tested, "" where the test is about more than one; `flag` is its name where
    it is a bool that serves for nothing else.
    """

    field: str
    test: str
    clear: tuple[str, ...]
    dead: str
    flag: str = ""


def pointer(field: str, base: str = "kit->") -> Liveness:
    """A pointer that is NULL exactly while the iterator is empty."""
    test = f"!{base}{field}"
    return Liveness(field, test, (f"{base}{field} = NULL;",), test)


def live(it: Spec, ahead: Lookahead | None, resources: tuple[Resource, ...], memory: str) -> Liveness:
    """The test of one iterator; `memory` names the pointer to allocated state, if it is."""
    base = "it->" if it.place.open else "kit->"
    if memory:
        return pointer(memory)
    match it.cases[0].walk:
        case Counter() as walk:
            return _counter(walk, base)
        case Index() as walk:
            return _index(it, walk)
    if ahead or it.lifetime == "held":
        return pointer((ahead.inner if ahead else it.cases[0].walk).name, base)
    if common := _common(it, resources):
        return pointer(common[0], base)
    test = f"!{base}live"
    return Liveness("live", test, (f"{base}live = false;",), test, flag="live")


def _common(it: Spec, resources: tuple[Resource, ...]) -> list[str]:
    """Pointers that are never NULL while the walk of any case is under way."""
    candidates = [_candidates(it, case, resources) for case in it.cases]
    return [name for name in candidates[0] if all(name in other for other in candidates)]


def _candidates(it: Spec, case: Case, resources: Iterable[Resource]) -> list[str]:
    """Pointers that are never NULL while this walk is under way."""
    given = [
        a.name for a in it.arguments if a.pointer and a.keep and (not a.nullable or a.name in case.requires)
    ]
    given += [r.name for r in resources if r.get is not None]
    walk = case.walk.outer if isinstance(case.walk, Nested) else case.walk
    return given + ([walk.name] if isinstance(walk, Ring) else [])


def _counter(walk: Counter, base: str) -> Liveness:
    if walk.times:
        left = f"{base}{walk.times}"
        return Liveness(walk.times, f"{left} <= 0", (f"{left} = -1;",), f"{left} < 0")
    clear = (f"{base}{walk.name} = 0;", f"{base}{walk.end} = 0;")
    test = f"{base}{walk.name} + 1 >= {base}{walk.end}"
    return Liveness("", test, clear, test)


def _index(it: Spec, walk: Index) -> Liveness:
    named = walk.end.names()
    fields = [a.name for a in it.arguments if a.keep and a.name in named]
    fields += [f.name for f in it.fields if f.name in named]
    clear = tuple(f"kit->{name} = 0;" for name in (walk.name, *fields))
    test = f"kit->{walk.name} >= end"
    return Liveness("", test, clear, test)
