# SPDX-License-Identifier: GPL-2.0-only
"""The BTF_ID_FLAGS lines that join the common set."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import registration
from kiter.lower.ctext import comment
from kiter.lower.scene import Scene


@dataclass(frozen=True, slots=True)
class Set:
    """Lines that join one set, with the comment that says which."""

    place: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """`guard` stands round the ids: an id without its function is an error of the link."""

    guard: str
    sets: tuple[Set, ...]


def view(scene: Scene) -> View | None:
    """None for an iterator with a set of its own, which stands in its own file."""
    it, profile = scene.it, scene.profile
    if it.programs and not it.file:
        return None
    own = _set(it.file if it.place.join else profile.common_file, it.place.join or profile.common_set)
    sets = [Set(own, registration.ids(scene))]
    sets += [Set(_set(it.file, name), lines) for name, lines in registration.elsewhere(scene).items()]
    return View(it.guard if not it.place.join else "", tuple(sets))


def _set(file: str, name: str) -> tuple[str, ...]:
    return comment(f"Joins {file}, at the end of the set {name}.")


def home(scene: Scene) -> str:
    """The file whose set the ids join."""
    return scene.it.file if scene.it.place.join else scene.profile.common_file
