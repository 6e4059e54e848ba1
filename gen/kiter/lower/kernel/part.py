# SPDX-License-Identifier: GPL-2.0-only
"""A part of the emitted C that has a template of its own."""

from __future__ import annotations

from typing import Protocol


class Part(Protocol):
    """The view of a template, which says itself which one it is."""

    @property
    def template(self) -> str:
        """A path below templates/."""
