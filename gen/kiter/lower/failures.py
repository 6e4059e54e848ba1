# SPDX-License-Identifier: GPL-2.0-only
"""Everything that new() refuses, in the order of the code; templates/sentences/failures.j2 has the words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.statement import Statement
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.refusal import Refusal
from kiter.spec.resource import Buffer, Taken
from kiter.spec.walk import FromTo
from kiter.value_class import value_class


@value_class
class Failure:
    """new() returns -`errno` when `reason` holds."""

    errno: str
    reason: Statement


@view_class()
class Group:
    """Every reason for one errno."""

    errno: str
    reasons: tuple[Statement, ...]


def failures(ctx: LoweringContext) -> tuple[Failure, ...]:
    """Each failure once."""
    return tuple(dict.fromkeys(_failures(ctx)))


def by_errno(found: Iterable[Failure]) -> tuple[Group, ...]:
    """The failures in groups, in the order of the first of each."""
    groups: dict[str, list[Statement]] = {}
    for failure in found:
        groups.setdefault(failure.errno, []).append(failure.reason)
    return tuple(Group(errno, tuple(reasons)) for errno, reasons in groups.items())


def _failures(ctx: LoweringContext) -> Iterator[Failure]:
    for resource in ctx.it.early:
        yield from _not_had(ctx, resource)
    yield from _refusals(r for r in ctx.it.refusals if ctx.it.awaited(r) is None)
    yield from _out_of_range(ctx)
    others = (a for a in ctx.it.arguments if a.restricted and a != ctx.selector)
    for argument in others:
        yield Failure("EINVAL", _not_accepted(argument))
        for value in argument.values:
            yield from _of_value(argument, value)
    yield from (Failure(errno, Statement(what)) for errno, what in ctx.it.context.fails)
    if ctx.selector:
        yield Failure("EINVAL", _not_accepted(ctx.selector))
    for case in ctx.cases:
        yield from _of_case(ctx, case)
    if ctx.state.memory is not None:
        yield Failure("ENOMEM", Statement("no_memory"))
    for taken in ctx.it.late:
        yield from _not_had(ctx, taken)
        yield from _refusals(r for r in ctx.it.refusals if ctx.it.awaited(r) is taken)


def _written(text: str) -> Statement:
    """What the author says."""
    return Statement("written", (text,))


def _refusals(refusals: Iterable[Refusal]) -> Iterator[Failure]:
    return (Failure(refusal.errno, _written(refusal.doc)) for refusal in refusals)


def _out_of_range(ctx: LoweringContext) -> Iterator[Failure]:
    walk = ctx.cases[0].walk
    if not isinstance(walk, FromTo):
        return
    yield Failure("EINVAL", Statement("above", (walk.start, walk.end)))
    if walk.most is not None:
        yield Failure("E2BIG", Statement("too_many"))


def _not_accepted(argument: Argument) -> Statement:
    if argument.values and argument.bits:
        return Statement("unlisted_or_bit", (argument.name,))
    if argument.values and argument.brought:
        return Statement("no_enumerator", (argument.name, argument.defines))
    what = "reserved" if argument.reserved else "unknown_bit" if argument.bits else "unlisted"
    return Statement(what, (argument.name,))


def _of_value(argument: Argument, value: Case) -> Iterator[Failure]:
    """What one value of a flag argument asks for."""
    chosen = (argument.name, value.flag)
    yield from (Failure("EINVAL", Statement("null", (name, *chosen))) for name in value.requires)
    yield from _refusals(value.refusals)


def _of_case(ctx: LoweringContext, case: Case) -> Iterator[Failure]:
    if ctx.selector:
        yield from _of_value(ctx.selector, case)
    if start := ctx.start(case):
        yield Failure(start.errno, Statement("start", (start.doc, ctx.it.select, case.flag)))


def _not_had(ctx: LoweringContext, taken: Taken) -> Iterator[Failure]:
    """What new() may be unable to take."""
    if isinstance(taken, Buffer):
        if not ctx.it.context.sleepable:
            yield Failure("E2BIG", Statement("too_large"))
        yield Failure("ENOMEM", Statement("no_memory"))
    yield from (Failure(errno, _written(reason)) for errno, reason in taken.fails)
