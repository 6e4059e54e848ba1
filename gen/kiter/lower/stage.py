# SPDX-License-Identifier: GPL-2.0-only
"""What the programs that only a prototype has in common have: a walk to make, and a world to make it in."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.ctext import declare
from kiter.lower.play import Play, held, play
from kiter.lower.prog import identity
from kiter.lower.scene import Scene
from kiter.lower.worlds import Stage, stage_of


@dataclass(frozen=True, slots=True)
class Setting:
    """`walks` are the flag values as C and as text; the one walk of an iterator without flags is "all".

    `accepted` are the same for the BPF program, which has none without a `selector`; `handle` is
    the object argument, "" when there is none.
    """

    name: str
    element: str
    identity: str
    rcu: bool
    play: Play
    walks: tuple[str, ...]
    accepted: tuple[str, ...]
    flag_type: str
    selector: str
    handle: str
    stage: Stage


def setting(scene: Scene) -> Setting | None:
    """None for elements that user space has no picture of."""
    stage = stage_of(scene.it.element)
    if stage is None:
        return None
    selector, handles = scene.selector, held(scene)
    flags = tuple(case.flag for case in scene.cases if case.flag)
    return Setting(
        name=scene.it.name,
        element=scene.it.element,
        identity=identity(scene),
        rcu=scene.it.rcu,
        play=play(scene),
        walks=flags or ("all",),
        accepted=flags,
        flag_type=declare(f"const {selector.type}", "accepted") if selector else "",
        selector=scene.it.select,
        handle=handles[0][0].name if handles else "",
        stage=stage,
    )
