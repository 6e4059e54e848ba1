# SPDX-License-Identifier: GPL-2.0-only
"""The page that lists all iterators of a kernel: the row of one of them, and the page around it."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.context import LoweringContext
from kiter.lower.docs import places
from kiter.lower.statement import Statement
from kiter.spec.release import spelled

PAGE = "open_coded_iterators"


@dataclass(frozen=True, slots=True)
class View:
    """The list's file, and a row's cells: a page, which becomes a link, and what is said of its iterator."""

    file: str
    page: str
    summary: str
    element: str
    since: str
    where: tuple[Statement, ...]


def view(ctx: LoweringContext) -> View:
    """The row of one iterator."""
    it, docs = ctx.it, ctx.profile.docs
    return View(
        file=f"{docs}/{PAGE}.rst",
        page=f"{docs}/bpf_iter_{it.name}.rst",
        summary=it.summary,
        element=it.element,
        since=spelled(it.since),
        where=places.brief(ctx),
    )
