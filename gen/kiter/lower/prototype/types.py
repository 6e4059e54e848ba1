# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel with the iterator would have in vmlinux.h: the opaque struct, an enum defined here."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.context import LoweringContext
from kiter.lower.kernel import kfuncs
from kiter.lower.kernel.enum import Enum, enum

PROGRAM = "__attribute__((aligned(8)))"  # the macro of the kernel is not known to BPF programs


@dataclass(frozen=True, slots=True)
class View:
    """The lines of the struct, and the enum."""

    struct: tuple[str, ...]
    enum: Enum | None


def view(ctx: LoweringContext) -> View:
    """The types that BPF programs need."""
    return View(kfuncs.opaque(ctx, PROGRAM), enum(ctx))
