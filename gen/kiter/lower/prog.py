# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that walk: progs/<name>_iter.c."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.ctext import declare
from kiter.lower.play import Play, passed, play, without, world
from kiter.lower.scene import Scene

# where a program of a type, beside syscall, can be loaded without any preparation
SECTIONS = {"tracing": "tp_btf/task_newtask", "xdp": "xdp", "sched_cls": "tc"}


@dataclass(frozen=True, slots=True)
class View:
    """`accepted` are the flag values there are; `identity` is a number, over `pos`.

    `good` are the arguments with the first flag value there is, "" when there are none;
    `null` are the arguments with NULL where new() takes it, "" when it takes none; `references`
    counts those on an element that every walk meets, "" where user space can count them;
    `elsewhere` are the other types of programs that the iterator's own set is for, with their sections.
    """

    name: str
    element: str
    play: Play
    rcu: bool
    accepted: tuple[str, ...]
    flag_type: str
    identity: str
    good: str
    null: str
    references: str
    elsewhere: tuple[tuple[str, str], ...]


def view(scene: Scene) -> View:
    """The walking programs of one iterator."""
    selector = scene.selector
    return View(
        name=scene.it.name,
        element=scene.it.element,
        play=play(scene),
        rcu=scene.it.rcu,
        accepted=tuple(case.flag for case in scene.cases if case.flag),
        flag_type=declare(f"const {selector.type}", "accepted") if selector else "",
        identity=identity(scene),
        good=passed(scene, (selector.name, "accepted[0]")) if selector else "",
        null=without(scene),
        references=found.references if (found := world(scene)) else "",
        elsewhere=tuple((kind, SECTIONS[kind]) for kind in scene.it.programs if kind in SECTIONS),
    )


def identity(scene: Scene) -> str:
    """The number by which user space knows an element."""
    given = scene.it.tests.identity
    if given is not None:
        return scene.scope.snippet(given).text
    found = world(scene)
    return found.identity if found else "(u64)pos"
