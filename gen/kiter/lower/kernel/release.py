# SPDX-License-Identifier: GPL-2.0-only
"""What destroy() gives back, and next() at the end where it holds the same."""

from __future__ import annotations

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, guarded
from kiter.lower.kernel.acquire import allocator, several
from kiter.spec.resource import Resource
from kiter.spec.walk import Native


def statements(ctx: LoweringContext) -> tuple[str, ...]:
    """The statements that give everything back, in the reverse order of new()."""
    it, scope, walk = ctx.it, ctx.scope, ctx.cases[0].walk
    lines: list[str] = []
    if isinstance(walk, Native):
        lines.append(f"{scope.next(walk.end)};")
    if it.lifetime == "snapshot" and it.held.put is not None:
        lines.append(f"{scope.next(it.held.put, **{walk.name: f'&{scope.field(walk.name)}'})};")
    for resource in reversed(it.resources):
        lines += _resource(ctx, resource)
    if ctx.state.memory is not None:
        name = ctx.state.memory.name
        held = f"kit->{name}" if ctx.state.memory.whole else name
        lines.append(allocator(ctx)[1].format(held))
    return tuple(lines)


def _resource(ctx: LoweringContext, resource: Resource) -> tuple[str, ...]:
    if resource.put is not None:
        return (f"{ctx.scope.next(resource.put)};",)
    if resource.count is None:
        return ()
    free = allocator(ctx)[1].format(f"{ctx.state.base}{resource.name}")
    count = ctx.scope.next(resource.count)
    condition = several(ctx, resource, count)
    return guarded(condition, free) if condition else (free,)


def data(ctx: LoweringContext) -> tuple[str, ...]:
    """The variable for the allocated state, where its fields are named one by one."""
    memory = ctx.state.memory
    if memory is None or memory.whole:
        return ()
    return (f"{declare(memory.pointer, memory.name)} = kit->{memory.name};",)


def release(ctx: LoweringContext) -> tuple[str, ...]:
    """The function that next() and destroy() share, a static one; () where only destroy() gives back."""
    if not ctx.releases:
        return ()
    kern = f"struct bpf_iter_{ctx.it.name}_kern *kit"
    inner = data(ctx)
    clear = () if ctx.it.lifetime == "held" else ctx.state.live.clear  # whose cursor is NULL by then
    body = (*inner, *([""] if inner else []), *statements(ctx), *clear)
    head = f"static void {names.function(ctx.it, 'release')}({kern})"
    return (head, "{", *(f"\t{line}" if line else "" for line in body), "}")
