# SPDX-License-Identifier: GPL-2.0-only
"""The test of an iterator over numbers: what a walk gives is said by the cases of its spec."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fixtures.handle import SET_OFF
from kiter.lower.context import LoweringContext
from kiter.lower.selftests.frame import held
from kiter.lower.selftests.hosts import hook_of, host
from kiter.lower.selftests.object_subtests import Ask
from kiter.lower.selftests.subtests import CHECK_MEMORY, DRAINED, Subtest, chosen, refused
from kiter.lower.selftests.testfile import File, memory_defines
from kiter.lower.selftests.variants import cases_told
from kiter.lower.selftests.walking import asks, takes_memory
from kiter.lower.view_class import view_class
from kiter.spec.testcase import TestCase


@view_class(kw_only=True)
class Numbers(File):
    """The test and its table, which has a variant for each case."""

    defines: tuple[tuple[str, str], ...]  # constants and their values
    variants: tuple[TestCase, ...]  # the cases
    # what sets off the programs, of a fixture
    user: str
    # how many numbers the longest has
    most: int
    # flag arguments and their values
    chosen: tuple[tuple[str, str], ...]
    # subtests of each variant, and those that are made once
    of_each: tuple[Subtest, ...]
    of_all: tuple[Subtest, ...]  # subtests that are made once

    @property
    def subtests(self) -> tuple[Subtest, ...]:
        """All of them, in the order of the file."""
        return (*self.of_each, *self.of_all)


@view_class(kw_only=True)
class Good(Subtest):
    """Walks the variant `good`, in which new() does not fail."""

    good: int


def view(ctx: LoweringContext) -> Numbers:
    """The file; some case says what comes of it."""
    cases, hook = cases_told(ctx), hook_of(ctx)
    return Numbers(
        name=ctx.it.name,
        template="selftests/test/numbers.c.j2",
        host=host(ctx),
        headers=(*host(ctx).headers, *(hook.user.headers if hook else ())),
        defines=tuple(memory_defines(ctx)),
        variants=cases,
        user=hook.user.text_of({SET_OFF}) if hook else "",
        most=max(len(case.values) for case in cases),
        chosen=(*chosen(ctx, "0"), *_objects(ctx)),
        of_each=tuple(_of_each(ctx)),
        of_all=tuple(_of_all(ctx, cases)),
    )


def _objects(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """The numbers of objects that are always there: what a walk gives of them is up to the cases."""
    yield from ((f"{a.name}_id", handle.present) for a, handle in held(ctx))


def _partial(name: str) -> str:
    return f"selftests/test/numbers/{name}.c.j2"


def _of_each(ctx: LoweringContext) -> Iterator[Subtest]:
    yield Subtest("walk", _partial("walk"))
    yield Subtest("contract", _partial("contract"), shared=(DRAINED,))
    if takes_memory(ctx):
        yield Subtest("memory", _partial("memory"), shared=(CHECK_MEMORY,))


def _of_all(ctx: LoweringContext, cases: tuple[TestCase, ...]) -> Iterator[Subtest]:
    good = next((index for index, case in enumerate(cases) if not case.errno), 0)
    if ctx.it.context.spinlock:
        yield Good("under_lock", _partial("under_lock"), good=good)
    yield from refused(ctx, str(good))
    for ask in asks(ctx):
        yield Ask(ask.companion, _partial("companion"), program=ask.name, live=bool(ask.live))
