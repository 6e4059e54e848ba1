# SPDX-License-Identifier: GPL-2.0-only
"""The Makefile line of an iterator with a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kiter.fragment import Anchor, Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class


@view_class()
class View:
    """The object that is built."""

    object: str


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """Nothing when the code joins a file that is built already."""
    if ctx.it.file:
        return
    object_file = PurePosixPath(ctx.it.source_file).with_suffix(".o").name
    makefile = f"{ctx.it.place.folder}/Makefile"
    fragment = Fragment(makefile, Anchor.MAKEFILE, (), guard=ctx.it.guard)
    yield Placement(fragment, View(object_file), lines="kernel/makefile.j2")
