# SPDX-License-Identifier: GPL-2.0-only
"""The headers that the code includes: those that the spec asks for, and what generated code needs."""

from __future__ import annotations

from collections.abc import Collection

from kiter.lower.context import LoweringContext

# what declares bpf_mem_alloc(): no other header of the kernel includes it for its file
ALLOCATOR = "linux/bpf_mem_alloc.h"


def wanted(ctx: LoweringContext) -> tuple[str, ...]:
    """The headers that the kfuncs need beside those that every iterator's file has."""
    it = ctx.it
    allocates = not it.by_hand and (it.allocate or it.buffers)
    if not allocates or it.context.sleepable or ALLOCATOR in it.includes:
        return it.includes
    return (*it.includes, ALLOCATOR)


def public(ctx: LoweringContext, always: Collection[str]) -> tuple[str, ...]:
    """The headers of the kernel's interface, with those that are always there, as the kernel sorts them."""
    return tuple(sorted({*always, *(i for i in wanted(ctx) if not i.startswith("../"))}))


def private(ctx: LoweringContext) -> tuple[str, ...]:
    """The headers that are no part of the kernel's interface, as the iterator's file sees them."""
    return tuple(i for i in ctx.it.includes if i.startswith("../"))
