# SPDX-License-Identifier: GPL-2.0-only
"""What a caller must know; templates/sentences/callers.j2 has the words."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.statement import Statement
from kiter.spec.lock import CALLER
from kiter.spec.series import paragraphs


def notes(ctx: LoweringContext) -> tuple[str, ...]:
    """The author's text, a paragraph at a time."""
    return paragraphs(ctx.it.docs)


def rings(ctx: LoweringContext) -> tuple[str, ...]:
    """The flags, "" for none, of the walks of a ring that start elsewhere than at its anchor."""
    return tuple(case.flag for case in ctx.cases if ctx.start(case))


def callers(ctx: LoweringContext) -> tuple[Statement, ...]:
    """Who may call, beyond what is usual, and what the elements may be used for."""
    context = ctx.it.context
    demands = {"rcu": context.rcu, "sleepable": context.sleepable, "perfmon": context.perfmon}
    found = [Statement(name) for name, is_made in demands.items() if is_made]
    found += [Statement("allowed", (context.allow,))] * bool(context.allow)
    return (*found, *locks(ctx), *pointers(ctx))


def locks(ctx: LoweringContext) -> Iterator[Statement]:
    """What the caller must hold."""
    held = (lock.at for lock in ctx.it.locks if lock.at and lock.kind == CALLER)
    return (Statement("lock", (at.text.removeprefix("&"),)) for at in held)


def pointers(ctx: LoweringContext) -> Iterator[Statement]:
    """What of an element is as good as the element."""
    for name, nullable in (("trusted", False), ("trusted_or_null", True)):
        fields = tuple(f"pos->{p.name}" for p in ctx.it.held.trusted if p.nullable == nullable)
        if fields:
            yield Statement(name, (fields,))
