# SPDX-License-Identifier: GPL-2.0-only
"""The kernel options that the selftests need."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.context import LoweringContext


@dataclass(frozen=True, slots=True)
class View:
    """`options` in the order of the selftests' config file."""

    place: str
    options: tuple[str, ...]


def view(ctx: LoweringContext) -> View | None:
    """None when nothing is needed that every BPF test kernel does not have."""
    wanted = {ctx.it.guard, *ctx.it.tests.config} - {""}
    return View(f"{ctx.profile.selftests}/config", tuple(sorted(wanted))) if wanted else None
