# SPDX-License-Identifier: GPL-2.0-only
"""The page that lists all iterators of a kernel: the row of one of them, and the page around it."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fragment import Anchor, Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.docs import places
from kiter.lower.placement import Placement
from kiter.lower.statement import Statement
from kiter.lower.view_class import view_class
from kiter.spec.release import spelled

PAGE = "open_coded_iterators"


@view_class()
class View:
    """A row's cells: a page, which becomes a link, and what is said of its iterator."""

    page: str
    summary: str
    element: str
    since: str
    where: tuple[Statement, ...]


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """The row of one iterator, which joins the list or begins it."""
    it, docs = ctx.it, ctx.profile.docs
    view = View(
        page=f"{docs}/bpf_iter_{it.name}.rst",
        summary=it.summary,
        element=it.element,
        since=spelled(it.since),
        where=places.brief(ctx),
    )
    fragment = Fragment(f"{docs}/{PAGE}.rst", Anchor.TABLE, (), names=(f"bpf_iter_{it.name}",))
    yield Placement(fragment, view, lines="docs/row.rst.j2", whole="docs/index.rst.j2")
