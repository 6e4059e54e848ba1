# SPDX-License-Identifier: GPL-2.0-only
"""The kernel options that the selftests need."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fragment import Anchor, Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class


@view_class()
class View:
    """`options` in the order of the selftests' config file."""

    options: tuple[str, ...]


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """Nothing when nothing is needed that every BPF test kernel does not have.

    An option without a prompt is left out: it comes with those that select it.
    """
    options = tuple(sorted({ctx.it.guard, *ctx.it.tests.config} - {"", *ctx.profile.selected}))
    if options:
        fragment = Fragment(f"{ctx.profile.selftests}/config", Anchor.CONFIG, (), names=options)
        yield Placement(fragment, View(options), lines="selftests/config.j2")
