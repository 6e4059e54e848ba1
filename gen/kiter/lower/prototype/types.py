# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel with the iterator would have in vmlinux.h: the opaque struct, an enum defined here."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.context import LoweringContext
from kiter.lower.kernel.enum import Enum, enum
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.struct import ATTRIBUTE, seen


@dataclass(frozen=True, slots=True)
class View:
    """The struct, and the enum."""

    struct: Part
    enum: Enum | None


def view(ctx: LoweringContext) -> View:
    """The types that BPF programs need."""
    return View(seen(ctx, ATTRIBUTE), enum(ctx))
