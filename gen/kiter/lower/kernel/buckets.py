# SPDX-License-Identifier: GPL-2.0-only
"""The step in a hash table each bucket of which has a lock of its own."""

from __future__ import annotations

from typing import ClassVar

from kiter.lower.context import LoweringContext
from kiter.lower.kernel import locks
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.sources import Step
from kiter.lower.view_class import view_class
from kiter.spec.expression import negated
from kiter.spec.source import Source

ENTRY = "entry"  # the variable with an element that is looked at


@view_class()
class Bucket:
    """What is done in one bucket, under its lock."""

    template: ClassVar = "kernel/source/bucket.c.j2"
    to: str  # where the element goes
    nodes: tuple[str, ...]  # the variables that go along the bucket
    nulls: bool  # its last link tells which bucket it is
    head: str  # the address of its head
    member: str  # what links the elements
    passed: str  # the field with how many elements the walk has gone past
    unwanted: tuple[str, ...]  # each true for an element that the walk does not stop at
    get: str  # takes a reference, "" where a condition has


@view_class()
class Buckets:
    """One bucket after the other, until an element is found."""

    template: ClassVar = "kernel/source/buckets.c.j2"
    to: str  # where the element goes
    place: str  # the field with the bucket
    passed: str  # that with how many of its elements the walk has gone past
    size: str  # how many buckets there are
    bucket: Part  # what is done in one, with its lock held


def step(ctx: LoweringContext, walk: Source, to: str, had: tuple[str, ...], get: str) -> Step:
    """The step: `had` are conditions over ENTRY that an element must meet, `get` takes a reference to it."""
    place, passed = (ctx.scope.field(one.name) for one in walk.places(held=True))
    texts = {one.key: ctx.scope.next(one.c) for one in walk.texts}
    nulls = "nulls" in walk.switches
    bucket = Bucket(
        to=to,
        nodes=(ENTRY, "nulls") if nulls else (ENTRY,),
        nulls=nulls,
        head=texts["head"],
        member=walk.member,
        passed=passed,
        unwanted=tuple(negated(one) for one in had),
        get=get,
    )
    part = Buckets(to, place, passed, texts["size"], locks.within(ctx, walk.locks, bucket, to))
    return Step(part, walk.variables(walk.way(rcu=False, held=True), ctx.it.element))
