# SPDX-License-Identifier: GPL-2.0-only
"""Locks that are held during a step; templates/kernel/lock/ has one file for each kind."""

from __future__ import annotations

from kiter.lower.context import LoweringContext
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class


@view_class()
class Locked:
    """Statements with a lock round them."""

    kind: str
    at: str
    inside: Part

    @property
    def template(self) -> str:
        """The lock of that kind, as the schema names it."""
        return f"kernel/lock/{self.kind}.c.j2"


def locked(ctx: LoweringContext, inside: Part) -> Part:
    """The statements, with the lock of the walk round them if it has one."""
    lock = ctx.it.lock
    return inside if lock is None else Locked(lock.kind, ctx.scope.next(lock.at), inside)


def variables(ctx: LoweringContext) -> tuple[str, ...]:
    """What the lock wants to have declared."""
    lock = ctx.it.lock
    return ("unsigned long flags",) if lock and lock.kind.endswith("irqsave") else ()
