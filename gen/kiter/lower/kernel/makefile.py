# SPDX-License-Identifier: GPL-2.0-only
"""The Makefile line of an iterator with a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from kiter.lower.context import LoweringContext


@dataclass(frozen=True, slots=True)
class View:
    """`option` is the guard, as the Makefile tests it; "" for none."""

    makefile: str
    option: str
    object: str


def view(ctx: LoweringContext) -> View | None:
    """None when the code joins a file that is built already."""
    if ctx.it.file:
        return None
    object_file = PurePosixPath(ctx.it.source_file).with_suffix(".o").name
    return View(ctx.profile.makefile, ctx.it.guard, object_file)
