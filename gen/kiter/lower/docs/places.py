# SPDX-License-Identifier: GPL-2.0-only
"""Where a program may use the iterator: for its page and, in a few words each, for the list of all."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower import names, programs
from kiter.lower.callers import locks
from kiter.lower.context import LoweringContext
from kiter.lower.statement import Statement


def brief(ctx: LoweringContext) -> tuple[Statement, ...]:
    """In a few words each; templates/sentences/where.j2 has them."""
    return tuple(_brief(ctx)) or (Statement("anywhere"),)


def _brief(ctx: LoweringContext) -> Iterator[Statement]:
    it = ctx.it
    if it.context.rcu:
        yield Statement("rcu")
    if it.context.sleepable:
        yield Statement("sleepable")
    if it.context.allow:
        yield Statement("allowed", (it.context.allow,))
    types = programs.registered(it, ctx.profile)
    if types is None:
        yield Statement("like_others", (it.place.join,))
    elif not programs.anywhere(it, ctx.profile):
        yield Statement("registered", (tuple(types),))
    if it.context.perfmon:
        yield Statement("perfmon")


def paragraphs(ctx: LoweringContext) -> Iterator[tuple[Statement, ...]]:
    """In paragraphs of sentences; templates/sentences/places.j2 has them."""
    context = ctx.it.context
    if context.rcu:
        yield (Statement("rcu"),)
    if context.sleepable:
        yield (Statement("sleepable"),)
    rest = (*locks(ctx), *_rest(ctx))
    if rest:
        yield rest


def _rest(ctx: LoweringContext) -> Iterator[Statement]:
    context, new = ctx.it.context, names.function(ctx.it, "new")
    if not _limited(ctx):
        yield Statement("everywhere")
    if context.allow:
        yield Statement("allowed", (context.allow,))
    if ctx.it.place.join:
        yield from _registered(ctx)
    if context.perfmon:
        yield Statement("perfmon", (new,))
    if context.spinlock:
        yield Statement("spinlock")
    yield from (Statement("refused", (new, errno, what)) for errno, what in context.fails)


def _limited(ctx: LoweringContext) -> bool:
    """Whether there is a program or a context that cannot use it."""
    context = ctx.it.context
    where = context.rcu or context.sleepable or context.perfmon or context.fails
    return bool(where or context.allow or not programs.anywhere(ctx.it, ctx.profile))


def _registered(ctx: LoweringContext) -> Iterator[Statement]:
    """What the set that it joins is for; nothing for one that is for all programs."""
    it, profile = ctx.it, ctx.profile
    types = programs.registered(it, profile)
    if types is None:
        yield Statement("like_others", (it.place.join,))
    elif not programs.anywhere(it, profile):
        yield Statement("registered", (it.place.join, tuple(types)))
        if it.place.join in profile.filtered:
            yield Statement("filtered", (profile.admits.get(it.place.join, ""),))
        for sharing in profile.hooks.values():
            others = tuple(kind for kind in sharing if kind not in types)
            given = tuple(kind for kind in sharing if kind in types)
            if others and given:
                yield Statement("shared", (given, others))
