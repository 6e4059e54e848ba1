# SPDX-License-Identifier: GPL-2.0-only
"""The memory that an iterator allocates: by which allocator, and under which condition a buffer."""

from __future__ import annotations

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import empty
from kiter.spec.expression import operand
from kiter.spec.resource import Buffer


def allocator(ctx: LoweringContext) -> str:
    """The template that has the allocator's functions as macros."""
    name = ctx.profile.allocator if ctx.it.context.sleepable else "bpf_mem"
    return f"kernel/memory/{name}.j2"


def several(ctx: LoweringContext, buffer: Buffer, count: str) -> str:
    """The condition under which a buffer was allocated, which destroy() must know too; "" for always."""
    if buffer.inline:
        return f"{operand(count)} > {buffer.inline}"
    return "" if ctx.releases or buffer in empty.unmarked(ctx) else count


def here(ctx: LoweringContext, buffer: Buffer) -> str:
    """The address of the items that stand in the state."""
    field = ctx.scope.field(names.inline(buffer.name))
    return f"&{field}" if buffer.inline == 1 else field


def found(ctx: LoweringContext, buffer: Buffer) -> str:
    """Where a buffer is, of which some items may stand in the state, for the functions behind new()."""
    condition = several(ctx, buffer, ctx.scope.next(buffer.count))
    return f"{condition} ? {ctx.scope.field(buffer.name)} : {here(ctx, buffer)}"
