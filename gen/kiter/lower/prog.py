# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that walk: progs/<name>_iter.c."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.ctext import declare
from kiter.lower.play import Play, play, without, world
from kiter.lower.scene import Scene


@dataclass(frozen=True, slots=True)
class View:
    """`accepted` are the flag values there are; `identity` is a number, over `pos`.

    `null` are the arguments with NULL where new() takes it, "" when it takes none; `references`
    counts those on an element that every walk meets, "" where user space can count them.
    """

    name: str
    element: str
    play: Play
    rcu: bool
    accepted: tuple[str, ...]
    flag_type: str
    identity: str
    null: str
    references: str


def view(scene: Scene) -> View:
    """The walking programs of one iterator."""
    selector = scene.selector
    return View(
        name=scene.it.name,
        element=scene.it.element,
        play=play(scene),
        rcu=scene.it.rcu,
        accepted=tuple(case.flag for case in scene.cases if case.flag),
        flag_type=declare(selector.type, "accepted") if selector else "",
        identity=identity(scene),
        null=without(scene),
        references=found.references if (found := world(scene)) else "",
    )


def identity(scene: Scene) -> str:
    """The number by which user space knows an element."""
    given = scene.it.tests.identity
    if given is not None:
        return scene.scope.snippet(given).text
    found = world(scene)
    return found.identity if found else "(u64)pos"
