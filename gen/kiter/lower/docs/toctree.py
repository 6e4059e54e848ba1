# SPDX-License-Identifier: GPL-2.0-only
"""The line that makes the list of iterators part of the kernel's documentation."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fragment import Anchor, Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.docs import index
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class


@view_class()
class View:
    """The name of the page that is listed."""

    page: str


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """The same entry for every iterator: the page that lists them all."""
    fragment = Fragment(f"{ctx.profile.docs}/index.rst", Anchor.TOCTREE, (), names=(index.PAGE,))
    yield Placement(fragment, View(index.PAGE), lines="docs/toctree.rst.j2")
