# SPDX-License-Identifier: GPL-2.0-only
"""The BTF_ID_FLAGS lines that join the common set."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import registration
from kiter.lower.ctext import comment
from kiter.lower.scene import Scene


@dataclass(frozen=True, slots=True)
class View:
    """`guard` stands round the ids: an id without its function is an error of the link."""

    place: tuple[str, ...]
    guard: str
    ids: tuple[str, ...]


def view(scene: Scene) -> View | None:
    """None for an iterator with a set of its own, which stands in its own file."""
    if scene.it.programs and not scene.it.file:
        return None
    where = f"Joins {scene.profile.common_file}, at the end of the set {scene.profile.common_set}."
    return View(comment(where), scene.it.guard, registration.ids(scene))
