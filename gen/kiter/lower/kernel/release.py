# SPDX-License-Identifier: GPL-2.0-only
"""What destroy() releases, and next() at the end where it holds the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import empty, held, memory
from kiter.lower.kernel.kit import Kit, kit
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.element import IN_STATE
from kiter.spec.resource import Buffer, Taken
from kiter.spec.walk import Native


@view_class()
class Put:
    """A call that gives something back."""

    template: ClassVar = "kernel/release/put.c.j2"
    call: str


@view_class()
class Free:
    """Frees memory."""

    template: ClassVar = "kernel/release/free.c.j2"
    pointer: str
    allocator: str


@view_class()
class When:
    """Gives something back if it was taken."""

    template: ClassVar = "kernel/release/when.c.j2"
    condition: str
    part: Part


@view_class()
class Function:
    """The function that next() and destroy() share; `clear` is None where the cursor is NULL by then."""

    template: ClassVar = "kernel/release.c.j2"
    name: str
    kern: str
    kit: Kit
    parts: tuple[Part, ...]
    clear: Part | None


def function(ctx: LoweringContext) -> Function | None:
    """None where only destroy() releases."""
    if not ctx.releases:
        return None
    clear = None if ctx.it.lifetime == "held" else empty.clear(ctx)
    given = Kit("", "", kit(ctx).data)  # kit is its parameter
    return Function(names.function(ctx.it, "release"), ctx.kern, given, tuple(parts(ctx)), clear)


def parts(ctx: LoweringContext) -> Iterator[Part]:
    """What releases everything, in the reverse order of new()."""
    it, scope, walk, state = ctx.it, ctx.scope, ctx.cases[0].walk, ctx.state.memory
    if isinstance(walk, Native):
        yield Put(scope.next(walk.end))
    if it.lifetime in IN_STATE and it.held.put is not None:
        yield Put(held.over(ctx, it.held.put, f"&{scope.field(walk.name)}"))
    for taken in reversed(it.taken):
        yield from _taken(ctx, taken)
    if state is not None:
        yield Free(f"kit->{state.name}" if state.whole else state.name, memory.allocator(ctx))


def _taken(ctx: LoweringContext, taken: Taken) -> Iterator[Part]:
    if isinstance(taken, Buffer):
        free = Free(ctx.scope.field(taken.name), memory.allocator(ctx))
        condition = memory.several(ctx, taken, ctx.scope.next(taken.count))
        yield When(condition, free) if condition else free
    elif taken.put is not None:
        put = Put(ctx.scope.next(taken.put))
        yield When(ctx.scope.field(taken.name), put) if taken in empty.unmarked(ctx) else put
