# SPDX-License-Identifier: GPL-2.0-only
"""One function of the emitted C."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """Its comment, its first lines, and what stands between the braces."""

    doc: tuple[str, ...]
    head: tuple[str, ...]
    body: tuple[str, ...]
