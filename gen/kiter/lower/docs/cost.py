# SPDX-License-Identifier: GPL-2.0-only
"""What an iterator costs: the program's stack, memory, the work of a step, and locks.

templates/sentences/cost.j2 and work.j2 have the words.
"""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower import interface, names
from kiter.lower.context import LoweringContext
from kiter.lower.statement import Statement
from kiter.spec.lock import CALLER
from kiter.spec.snippet import tokens
from kiter.spec.source import Source
from kiter.spec.walk import Cursor, FromTo, Index, Linked, Native, Nested, Numbered, Repeat, Ring, Walk

STACK = 512  # include/linux/filter.h, MAX_BPF_STACK


def paragraphs(ctx: LoweringContext) -> tuple[tuple[Statement, ...], ...]:
    """Paragraphs of sentences."""
    return tuple(_memory(ctx)), (*_steps(ctx), *_locks(ctx))


def _memory(ctx: LoweringContext) -> Iterator[Statement]:
    new = names.function(ctx.it, "new")
    yield Statement("stack", (f"struct bpf_iter_{ctx.it.name}", interface.struct(ctx).size, STACK))
    if ctx.state.memory:
        yield Statement("allocated", (new,))
    yield from (Statement("buffer", (new, b.count.text, b.inline)) for b in ctx.it.buffers)


def _steps(ctx: LoweringContext) -> Iterator[Statement]:
    """A sentence for each kind of work, with the flags whose walks do it where there are several."""
    flags: dict[Statement, list[str]] = {}
    for case in ctx.cases:
        flags.setdefault(_work(ctx, case.walk), []).append(case.flag)
    for work, which in flags.items():
        yield Statement("step", (tuple(which) if len(flags) > 1 else (), work))


def _work(ctx: LoweringContext, walk: Walk) -> Statement:
    match walk:
        case FromTo() | Repeat():
            return Statement("counter")
        case Index():
            return Statement("index")
        case Source():
            counted = walk.kind == "hash" and ctx.it.lifetime == "held"
            return Statement("bucket" if counted else walk.of.work)
        case Nested():
            return Statement("nested")
        case Cursor() | Native() | Linked():
            called = _called(ctx, walk)
            return Statement("call", (called,)) if called else Statement("pointer")
    return Statement("list" if isinstance(walk, Ring) else "raw")


def _called(ctx: LoweringContext, walk: Cursor | Native | Linked) -> str:
    """The function that an expression is a call of, "" when it is none."""
    found = [token for kind, token in tokens(walk.next.text) if kind != "space"]
    helpers = names.helpers(ctx.it)
    return helpers.get(found[0], found[0]) if found[1:2] == ["("] else ""


def _locks(ctx: LoweringContext) -> Iterator[Statement]:
    it = ctx.it
    for lock in (one for one in it.every_lock if one.kind != CALLER):
        about = (lock.kind, lock.at.text.removeprefix("&")) if lock.at else ()
        yield Statement("tried_lock" if lock.tries else "lock" if lock.at else "rcu_section", about)
    if any(lock.kind != CALLER for lock in it.every_lock):
        return
    if it.locks or it.rcu or all(isinstance(case.walk, Numbered) for case in ctx.cases):
        yield Statement("no_lock")
