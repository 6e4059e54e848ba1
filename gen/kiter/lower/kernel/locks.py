# SPDX-License-Identifier: GPL-2.0-only
"""Locks that are held during a step."""

from __future__ import annotations

from typing import ClassVar

from kiter.lower.context import LoweringContext
from kiter.lower.kernel.empty import Clear
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.lock import CALLER, Lock


@view_class()
class Locked:
    """Statements with a lock round them.

    kind: as the schema names it
    nested: whether it is taken with a class of its own
    taken: what the function gets that takes it
    dropped: what the function gets that releases it
    inside: the statements
    failed: what is done where it cannot be acquired at once, None for a lock that is waited for
    """

    template: ClassVar = "kernel/lock.c.j2"
    kind: str
    nested: bool
    taken: tuple[str, ...]
    dropped: tuple[str, ...]
    inside: Part
    failed: Part | None


@view_class()
class Asserted:
    """Statements with a lock round them that the caller holds."""

    template: ClassVar = "kernel/lock_held.c.j2"
    at: str  # its address
    inside: Part  # the statements


def locked(ctx: LoweringContext, inside: Part, cursor: str) -> Part:
    """The statements, with the locks of the walk round them; `cursor` is what tells that the walk ends."""
    return within(ctx, ctx.it.locks, inside, cursor)


def callers(ctx: LoweringContext) -> tuple[str, ...]:
    """The addresses of the locks that the caller holds, as new() spells them."""
    return tuple(ctx.scope.new(lock.at) for lock in ctx.it.locks if lock.at and lock.kind == CALLER)


def within(ctx: LoweringContext, taken: tuple[Lock, ...], inside: Part, cursor: str) -> Part:
    """The statements with these locks round them, the first of which is taken first."""
    for lock in reversed(taken):
        inside = _round(ctx, lock, inside, cursor)
    return inside


def _round(ctx: LoweringContext, lock: Lock, inside: Part, cursor: str) -> Part:
    if lock.at and lock.kind == CALLER:
        return Asserted(ctx.scope.next(lock.at), inside)
    at = (ctx.scope.next(lock.at),) if lock.at else ()
    dropped = (*at, "flags") if lock.saves else at
    taken = (*dropped, lock.nested) if lock.nested else dropped
    failed = Clear((cursor,), "NULL") if lock.tries else None
    return Locked(lock.kind, bool(lock.nested), taken, dropped, inside, failed)


def lockless(ctx: LoweringContext) -> bool:
    """Whether what is walked may change during a step, which RCU alone makes safe."""
    return all(lock.kind == "rcu" for lock in ctx.it.locks)


def variables(ctx: LoweringContext) -> tuple[str, ...]:
    """What the locks want to have declared."""
    return ("unsigned long flags",) if any(lock.saves for lock in ctx.it.every_lock) else ()
