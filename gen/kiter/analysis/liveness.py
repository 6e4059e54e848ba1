# SPDX-License-Identifier: GPL-2.0-only
"""What tells a live iterator from an empty one.

An iterator is empty after a failed new() and after the end. next() tests it before anything else,
so the test must be the same in every case, and new() must store what makes it true before its
first error return.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from kiter.analysis.lookahead import Lookahead
from kiter.spec.case import Case
from kiter.spec.element import IN_STATE
from kiter.spec.model import Spec
from kiter.spec.resource import Resource, Taken
from kiter.spec.source import Source
from kiter.spec.walk import Cursor, FromTo, Index, Linked, Nested, Numbered, Repeat, Ring, Walk, start_of
from kiter.value_class import value_class


class Test(Enum):
    """What is looked at."""

    POINTER = auto()  # a field that is NULL
    FLAG = auto()  # a bool that serves for nothing else, and is false
    RANGE = auto()  # a number that has reached the one behind the last
    TIMES = auto()  # a count that has come down
    INDEX = auto()  # a number that has reached the end, which is computed


MADE = "made"


@value_class
class Liveness:
    """The test, and the fields that it is about, the one that changes first.

    Those of an INDEX are the number and the fields that its end is computed from.
    """

    test: Test
    fields: tuple[str, ...]
    # what tells companions of a failed new(), and outlives the walk: a pointer, or the flag MADE; "" if they
    # make the test
    made: str = ""
    # whether the field is the cursor, which before the first step has a value that is no element
    cursor: bool = False

    @property
    def field(self) -> str:
        """The field that changes."""
        return self.fields[0]

    @property
    def flags(self) -> tuple[str, ...]:
        """The fields that serve for nothing else, true while they are not cleared."""
        return (*([self.field] if self.test is Test.FLAG else []), *([MADE] if self.made == MADE else []))


def liveness(it: Spec, lookahead: Lookahead | None, resources: tuple[Taken, ...], memory: str) -> Liveness:
    """The test of one iterator; `memory` names the pointer to allocated state, if it is."""
    if memory:
        return Liveness(Test.POINTER, (memory,))
    common = _common(it, resources)
    if it.held.keeper:
        return _kept(it, common)
    marker = _marker(it, lookahead, common)
    if not it.companions or marker.test is Test.TIMES or any(taken.held for taken in it.taken):
        return marker
    return _outlived(it, marker, common)


def _marker(it: Spec, lookahead: Lookahead | None, common: list[str]) -> Liveness:
    """What marks the end where nobody reads the state after it."""
    walk = it.cases[0].walk
    if isinstance(walk, Numbered):
        return _numbers(it, walk)
    if lookahead or it.lifetime == "held":
        field = (lookahead.inner if lookahead else walk).name
        return Liveness(Test.POINTER, (field,), cursor=lookahead is None)
    return Liveness(Test.POINTER, (common[0],)) if common else _own(it, walk)


def _kept(it: Spec, common: list[str]) -> Liveness:
    """The same where destroy() releases what keeps the elements: the end of the walk leaves that alone."""
    kept = [name for name in common if it.argument(name)]
    own = _own(it, it.cases[0].walk)
    marker = Liveness(Test.POINTER, (kept[0],)) if kept and not it.companions else own
    if not (it.companions or fallible(it)):
        return marker
    return replace(marker, made=it.held.keeper if it.held.keeper in common else MADE)


def fallible(it: Spec) -> bool:
    """Whether new() can fail, so that destroy() must know whether it did."""
    refuses = (it.refusals, it.context.fails, it.select, it.allocate, it.buffers)
    return (
        any(refuses)
        or any(a.restricted for a in it.arguments)
        or any(resource.fails for resource in it.resources)
        or any(_refuses(case) for case in it.cases)
    )


def _refuses(case: Case) -> bool:
    """Whether new() can fail with what selects this walk."""
    return bool(case.refusals or case.requires or start_of(case.walk)) or isinstance(case.walk, FromTo)


def _own(it: Spec, walk: Walk) -> Liveness:
    """The cursor, where the first step needs none and all cases share it; else a flag of its own."""
    walks = [case.walk for case in it.cases]
    begun = all(isinstance(w, Source) or (isinstance(w, Cursor) and w.first is not None) for w in walks)
    if begun and it.lifetime not in IN_STATE and {w.name for w in walks} == {walk.name}:
        return Liveness(Test.POINTER, (walk.name,), cursor=True)
    return Liveness(Test.FLAG, ("live",))


def _outlived(it: Spec, marker: Liveness, common: list[str]) -> Liveness:
    """The same where companions do: what they read of a walk that has ended cannot mark its end."""
    walk = it.cases[0].walk
    kept = {a.name for a in it.arguments} | {r.name for r in it.resources}
    made = next((name for name in common if name in kept), MADE)
    if made in marker.fields:
        marker = (
            Liveness(Test.POINTER, (f"{walk.link.text}.next",))
            if isinstance(walk, Linked)
            else _own(it, walk)
        )
    return replace(marker, made=made)


def _numbers(it: Spec, walk: Numbered) -> Liveness:
    """The test of a walk over numbers."""
    if isinstance(walk, Index):
        return Liveness(Test.INDEX, (walk.name, *_bounds(it, walk)))
    if isinstance(walk, Repeat):
        return Liveness(Test.TIMES, (walk.times,))
    return Liveness(Test.RANGE, (walk.name, walk.end))


def _common(it: Spec, resources: tuple[Taken, ...]) -> list[str]:
    """Pointers that are never NULL while the walk of any case is under way."""
    candidates = [_candidates(it, case, resources) for case in it.cases]
    return [name for name in candidates[0] if all(name in other for other in candidates)]


def _candidates(it: Spec, case: Case, resources: Iterable[Taken]) -> list[str]:
    """Pointers that are never NULL while this walk is under way."""
    given = [
        a.name for a in it.arguments if a.pointer and a.keep and (not a.nullable or a.name in case.requires)
    ]
    given += [r.name for r in resources if isinstance(r, Resource) and r.type.endswith("*")]
    walk = case.walk.outer if isinstance(case.walk, Nested) else case.walk
    return given + ([walk.name] if isinstance(walk, Ring) else [])


def _bounds(it: Spec, walk: Index) -> tuple[str, ...]:
    """The fields that the end of the numbers is computed from."""
    named = walk.end.names()
    kept = (a.name for a in it.arguments if a.keep)
    return tuple(name for name in (*kept, *(f.name for f in it.fields)) if name in named)
