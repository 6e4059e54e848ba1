# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel with the iterator would have in vmlinux.h: the opaque struct, an enum defined here."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import describe
from kiter.lower.scene import Scene


@dataclass(frozen=True, slots=True)
class View:
    """The opaque struct's name and words, and the enum's lines."""

    name: str
    words: int
    enum: tuple[str, ...]


def view(scene: Scene) -> View:
    """The types that BPF programs need."""
    return View(scene.it.name, scene.state.words, describe.enum(scene))
