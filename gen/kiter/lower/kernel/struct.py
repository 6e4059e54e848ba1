# SPDX-License-Identifier: GPL-2.0-only
"""The iterator's struct, where it stands in a header."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.layout.columns import comment
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import kfuncs

# User space's headers know the attribute, not the kernel's macro for it.
UAPI, ATTRIBUTE = "include/uapi/", "__attribute__((aligned(8)))"


@dataclass(frozen=True, slots=True)
class View:
    """The lines of the struct."""

    place: tuple[str, ...]
    struct: tuple[str, ...]


def view(ctx: LoweringContext) -> View | None:
    """None where the struct stands beside the kfuncs."""
    header = ctx.it.place.header
    if not header:
        return None
    lines = kfuncs.opaque(ctx, ATTRIBUTE) if header.startswith(UAPI) else kfuncs.opaque(ctx)
    return View(comment(f"Joins {header}, before its #endif."), lines)
