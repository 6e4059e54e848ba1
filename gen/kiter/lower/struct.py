# SPDX-License-Identifier: GPL-2.0-only
"""The iterator's struct, where it stands in a header."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import kfuncs
from kiter.lower.ctext import comment
from kiter.lower.scene import Scene

# User space's headers know the attribute, not the kernel's macro for it.
UAPI, ATTRIBUTE = "include/uapi/", "__attribute__((aligned(8)))"


@dataclass(frozen=True, slots=True)
class View:
    """The lines of the struct."""

    place: tuple[str, ...]
    struct: tuple[str, ...]


def view(scene: Scene) -> View | None:
    """None where the struct stands beside the kfuncs."""
    header = scene.it.place.header
    if not header:
        return None
    lines = kfuncs.opaque(scene, ATTRIBUTE) if header.startswith(UAPI) else kfuncs.opaque(scene)
    return View(comment(f"Joins {header}, before its #endif."), lines)
