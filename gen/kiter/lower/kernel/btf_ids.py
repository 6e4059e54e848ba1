# SPDX-License-Identifier: GPL-2.0-only
"""The BTF_ID_FLAGS lines that join the common set."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fragment import Anchor, Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import registration
from kiter.lower.kernel.registration import Ids
from kiter.lower.placement import Placement


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """The lines of each set, and a set of its own where that stands in a file that is there.

    A guard stands around the ids: an id without its function is an error of the link.
    """
    it, profile = ctx.it, ctx.profile
    if it.programs and it.file:
        own = registration.own_set(ctx)
        yield Placement(Fragment(it.file, Anchor.OWN_SET, (), guard=ctx.guard), own, lines=own.template)
    if it.programs:
        return
    guard = it.guard if not it.place.join else ""
    yield _placed(home(ctx), it.place.join or profile.common_set, registration.own(ctx), guard)
    for name, ids in registration.elsewhere(ctx).items():
        yield _placed(it.file, name, ids, guard)


def _placed(file: str, name: str, view: Ids, guard: str) -> Placement:
    kfuncs = tuple(one.name for one in view.ids)
    fragment = Fragment(file, Anchor.IN_ID_SET, (), where=name, names=kfuncs, guard=guard)
    return Placement(fragment, view, lines=view.template)


def home(ctx: LoweringContext) -> str:
    """The file whose set the ids join."""
    return ctx.it.file if ctx.it.place.join else ctx.profile.common_file
