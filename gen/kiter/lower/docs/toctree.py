# SPDX-License-Identifier: GPL-2.0-only
"""The line that makes the list of iterators part of the kernel's documentation."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.context import LoweringContext
from kiter.lower.docs import index


@dataclass(frozen=True, slots=True)
class View:
    """The index, and the name of the page that it lists."""

    index: str
    page: str


def view(ctx: LoweringContext) -> View:
    """The same entry for every iterator: the page that lists them all."""
    return View(f"{ctx.profile.docs}/index.rst", index.PAGE)
