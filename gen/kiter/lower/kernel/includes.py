# SPDX-License-Identifier: GPL-2.0-only
"""The headers that the code includes: those that the spec asks for, and what generated code needs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath

from kiter.lower.context import LoweringContext
from kiter.spec.lock import CALLER

# what declares bpf_mem_alloc(): no other header of the kernel includes it for its file
ALLOCATOR = "linux/bpf_mem_alloc.h"
OF_KFUNCS = ("linux/bpf.h", "linux/btf.h")  # what a file that has had no kfuncs lacks
OF_A_SET = ("linux/btf_ids.h", "linux/init.h", "linux/module.h")
OF_A_TARGET = ("linux/btf_ids.h", "linux/init.h", "linux/seq_file.h")  # of SEC("iter/...")


def wanted(ctx: LoweringContext) -> tuple[str, ...]:
    """The headers that the kfuncs need beside those that every iterator's file has."""
    it = ctx.it
    allocates = not it.by_hand and (it.allocate or it.buffers)
    found = {*OF_A_SET} if it.programs and it.file else set()
    found |= {*OF_A_TARGET} if it.seq and not it.seq.existing and not it.by_hand else set()
    found |= {*OF_KFUNCS} if _strange(ctx) else set()
    found |= {ALLOCATOR} if allocates and not it.context.sleepable else set()
    found |= {"linux/lockdep.h"} if any(lock.kind == CALLER for lock in it.locks) else set()
    return (*it.includes, *sorted(found - {*it.includes}))


def public(ctx: LoweringContext, always: Collection[str]) -> tuple[str, ...]:
    """The headers of the kernel's interface, with those that are always there, as the kernel sorts them."""
    return tuple(sorted({*always, *(i for i in wanted(ctx) if not i.startswith("../"))}))


def private(ctx: LoweringContext) -> tuple[str, ...]:
    """The headers that are no part of the kernel's interface, as the iterator's file sees them."""
    return tuple(i for i in ctx.it.includes if i.startswith("../"))


def _strange(ctx: LoweringContext) -> bool:
    """Whether the code joins a file that need not know of kfuncs yet."""
    home = PurePosixPath(ctx.profile.common_file).parent
    return bool(ctx.it.file) and not ctx.it.place.join and PurePosixPath(ctx.it.file).parent != home
