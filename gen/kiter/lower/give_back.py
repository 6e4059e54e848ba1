# SPDX-License-Identifier: GPL-2.0-only
"""What destroy() gives back, and next() at the end where it holds the same."""

from __future__ import annotations

from kiter.lower import names
from kiter.lower.acquire import allocator, several
from kiter.lower.ctext import declare, guarded
from kiter.lower.scene import Scene
from kiter.spec.resource import Resource
from kiter.spec.walk import Native


def statements(scene: Scene) -> tuple[str, ...]:
    """The statements that give everything back, in the reverse order of new()."""
    it, scope, walk = scene.it, scene.scope, scene.cases[0].walk
    lines: list[str] = []
    if isinstance(walk, Native):
        lines.append(f"{scope.next(walk.end)};")
    if it.lifetime == "snapshot" and it.held.put is not None:
        lines.append(f"{scope.next(it.held.put, **{walk.name: f'&{scope.field(walk.name)}'})};")
    for resource in reversed(it.resources):
        lines += _resource(scene, resource)
    if scene.state.memory is not None:
        name = scene.state.memory.name
        held = f"kit->{name}" if scene.state.memory.whole else name
        lines.append(allocator(scene)[1].format(held))
    return tuple(lines)


def _resource(scene: Scene, resource: Resource) -> tuple[str, ...]:
    if resource.put is not None:
        return (f"{scene.scope.next(resource.put)};",)
    if resource.count is None:
        return ()
    free = allocator(scene)[1].format(f"{scene.state.base}{resource.name}")
    count = scene.scope.next(resource.count)
    condition = several(scene, resource, count)
    return guarded(condition, free) if condition else (free,)


def data(scene: Scene) -> tuple[str, ...]:
    """The variable for the allocated state, where its fields are named one by one."""
    memory = scene.state.memory
    if memory is None or memory.whole:
        return ()
    return (f"{declare(memory.pointer, memory.name)} = kit->{memory.name};",)


def release(scene: Scene) -> tuple[str, ...]:
    """The function that next() and destroy() share, a static one; () where only destroy() gives back."""
    if not scene.releases:
        return ()
    kern = f"struct bpf_iter_{scene.it.name}_kern *kit"
    inner = data(scene)
    clear = () if scene.it.lifetime == "held" else scene.state.live.clear  # whose cursor is NULL by then
    body = (*inner, *([""] if inner else []), *statements(scene), *clear)
    head = f"static void {names.function(scene.it, 'release')}({kern})"
    return (head, "{", *(f"\t{line}" if line else "" for line in body), "}")
