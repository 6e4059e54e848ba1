# SPDX-License-Identifier: GPL-2.0-only
"""The line that makes the reference page part of the kernel's documentation."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.scene import Scene


@dataclass(frozen=True, slots=True)
class View:
    """The page's name as a toctree wants it."""

    index: str
    page: str


def view(scene: Scene) -> View:
    """One entry of the index."""
    return View(f"{scene.profile.docs}/index.rst", f"bpf_iter_{scene.it.name}")
