# SPDX-License-Identifier: GPL-2.0-only
"""The page that lists all iterators of a kernel: the row of one of them, and the page around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiter.lower import describe, programs
from kiter.lower.context import LoweringContext
from kiter.markup import rst
from kiter.prose import sentence
from kiter.spec.release import spelled

PAGE = "open_coded_iterators"
ANYWHERE = "any program"


@dataclass(frozen=True, slots=True)
class View:
    """The page, and the lines of its row, whose first cell becomes a link."""

    file: str
    row: tuple[str, ...]


def view(ctx: LoweringContext) -> View:
    """The row of one iterator."""
    it, docs = ctx.it, ctx.profile.docs
    page = f"{docs}/bpf_iter_{it.name}.rst"
    where = sentence("; ".join(context(ctx)) or ANYWHERE).rstrip(".")
    cells = (page, sentence(rst(it.summary)).rstrip("."), f"``{it.element}``", spelled(it.since), where)
    row = (f"{'*' if not at else ' '} - {cell}".rstrip() for at, cell in enumerate(cells))
    return View(f"{docs}/{PAGE}.rst", tuple(f"   {line}" for line in row))


def context(ctx: LoweringContext) -> Iterator[str]:
    """Where it may be called, in a few words each; nothing for anywhere."""
    it = ctx.it
    if it.context.rcu:
        yield "inside an RCU critical section"
    if it.context.sleepable:
        yield "programs that may sleep"
    if it.context.allow:
        yield " or ".join(describe.ALLOWED[kind] for kind in it.context.allow)
    types = programs.registered(it, ctx.profile)
    if types is None:
        yield f"programs of the types that ``{it.place.join}`` is for"
    elif not programs.anywhere(it, ctx.profile):
        yield f"{programs.spoken(types)} programs"
    if it.context.perfmon:
        yield "with ``CAP_PERFMON``"
