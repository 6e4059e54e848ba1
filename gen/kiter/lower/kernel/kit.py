# SPDX-License-Identifier: GPL-2.0-only
"""The variables through which a function reaches the state."""

from __future__ import annotations

from typing import ClassVar

from kiter.lower.context import LoweringContext
from kiter.lower.view_class import view_class


@view_class()
class Kit:
    """`kern` is the struct of the fields, `data` that of an allocated state; "" where there is none."""

    template: ClassVar = "kernel/kit.c.j2"
    kern: str
    handle: str
    data: str


def kit(ctx: LoweringContext, handle: str = "it") -> Kit:
    """As the functions behind new() need them."""
    memory = ctx.state.memory
    data = memory.type if memory and not memory.whole else ""
    return Kit("" if ctx.it.place.open else ctx.kern, handle, data)


def bare(ctx: LoweringContext) -> Kit:
    """As new() needs them, which has yet to allocate."""
    return Kit("" if ctx.it.place.open else ctx.kern, "it", "")
