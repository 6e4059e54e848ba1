# SPDX-License-Identifier: GPL-2.0-only
"""destroy(): right after a failed new(), a drained walk, and a break."""

from __future__ import annotations

from typing import ClassVar

from kiter.lower.context import LoweringContext
from kiter.lower.kernel import empty, held, kernel_doc, locks, release
from kiter.lower.kernel.kit import Kit, bare, kit
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.walk import Linked, Numbered


@view_class()
class Destroy:
    """The kfunc; `body` is None where there is nothing to do."""

    template: ClassVar = "kernel/destroy.c.j2"
    doc: kernel_doc.Destroy
    name: str
    body: Part | None


@view_class()
class Shared:
    """Where next() releases everything at the end, destroy() does so before it."""

    template: ClassVar = "kernel/destroy/shared.c.j2"
    kit: Kit
    liveness: str
    drain: Part


@view_class()
class Released:
    """What was taken is released if the walk ever began; `liveness` is "" where each part knows that."""

    template: ClassVar = "kernel/destroy/released.c.j2"
    kit: Kit
    liveness: str
    parts: tuple[Part, ...]


@view_class()
class Unlink:
    """Takes the node out of the list."""

    template: ClassVar = "kernel/walk/unlink.c.j2"
    node: str


@view_class()
class Unlinked:
    """A node of our own leaves the list that is walked."""

    template: ClassVar = "kernel/destroy/linked.c.j2"
    kit: Kit  # the state
    variables: tuple[str, ...]  # declarations
    liveness: str  # tells a live iterator
    node: str  # the one of our own
    unlink: Part  # takes it out of the list
    parts: tuple[Part, ...]  # what is released


def kfunc(ctx: LoweringContext) -> Destroy:
    """The kfunc bpf_iter_X_destroy()."""
    return Destroy(kernel_doc.destroy(ctx), ctx.it.name, _body(ctx))


def _body(ctx: LoweringContext) -> Part | None:
    walk = ctx.cases[0].walk
    if ctx.it.lifetime == "held":
        return held.destroy(ctx)
    if isinstance(walk, Linked):
        return _linked(ctx, walk)
    if ctx.releases:
        return Shared(bare(ctx), f"kit->{ctx.state.liveness.field}", empty.drain(ctx))
    parts = tuple(release.parts(ctx))
    if not parts:
        return None
    return Released(kit(ctx), _taken(ctx), parts)


def _taken(ctx: LoweringContext) -> str:
    """The field that says whether there is something to release, "" where there always is."""
    if ctx.it.held.keeper:
        return empty.made(ctx)
    return "" if isinstance(ctx.cases[0].walk, Numbered) else empty.liveness(ctx)


def _linked(ctx: LoweringContext, walk: Linked) -> Unlinked:
    node = f"&{ctx.scope.next(walk.link)}"
    unlink = locks.locked(ctx, Unlink(node), "")
    parts = tuple(release.parts(ctx))
    return Unlinked(kit(ctx), locks.variables(ctx), empty.liveness(ctx), node, unlink, parts)
