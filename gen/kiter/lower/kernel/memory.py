# SPDX-License-Identifier: GPL-2.0-only
"""The memory that an iterator allocates: by which allocator, and under which condition a buffer."""

from __future__ import annotations

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.spec.expression import operand
from kiter.spec.resource import Resource
from kiter.spec.snippet import Snippet


def allocator(ctx: LoweringContext) -> str:
    """The template that has the allocator's functions as macros."""
    name = ctx.profile.allocator if ctx.it.context.sleepable else "bpf_mem"
    return f"kernel/memory/{name}.j2"


def several(ctx: LoweringContext, resource: Resource, count: str) -> str:
    """The condition under which a buffer was allocated, which destroy() must know too; "" for always."""
    if resource.inline:
        return f"{operand(count)} > {resource.inline}"
    return "" if ctx.releases else count


def here(ctx: LoweringContext, resource: Resource) -> str:
    """The address of the items that stand in the state."""
    field = ctx.scope.field(names.inline(resource.name))
    return f"&{field}" if resource.inline == 1 else field


def count(resource: Resource) -> Snippet:
    """How many items a buffer has."""
    assert resource.count is not None
    return resource.count


def found(ctx: LoweringContext, resource: Resource) -> str:
    """Where a buffer is, of which some items may stand in the state, for the functions behind new()."""
    condition = several(ctx, resource, ctx.scope.next(count(resource)))
    return f"{condition} ? {ctx.scope.field(resource.name)} : {here(ctx, resource)}"
