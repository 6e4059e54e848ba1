# SPDX-License-Identifier: GPL-2.0-only
"""new(): empties the iterator, refuses what it must, takes what the walk needs, and begins.

The order is the contract: next() and destroy() are called whatever new() returns (kernel/bpf/verifier.c,
is_iter_reg_valid_uninit(), 6.4 and later), so the iterator is empty before the first error return.
"""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.failures import failures
from kiter.lower.kernel import acquire, checks, empty, kernel_doc
from kiter.lower.kernel.acquire import Acquisition
from kiter.lower.kernel.kit import Kit, bare
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.stores import Store, for_all, own
from kiter.lower.view_class import view_class
from kiter.spec.walk import Native


@view_class()
class Arm:
    """What new() does for some flag values, beyond what it does for all."""

    flags: tuple[str, ...]
    demands: tuple[Part, ...]
    stores: tuple[Store, ...]


@view_class()
class Select:
    """The flag values there are."""

    template: ClassVar = "kernel/new/select.c.j2"
    flag: str
    arms: tuple[Arm, ...]


@view_class()
class New:
    """The kfunc, from its comment to what makes an allocated state the iterator's and begins the walk."""

    template: ClassVar = "kernel/new.c.j2"
    doc: kernel_doc.New
    name: str
    parameters: tuple[str, ...]
    kit: Kit
    clear: Part | None  # None where nothing can fail
    checks: tuple[Part, ...]
    select: Part | None
    taken: Acquisition
    stores: tuple[Store, ...]
    copy: str  # the element that is copied into the state, "" for none
    memory: str  # the pointer to the allocated state, "" for none
    start: str  # the call that starts a kernel's own iterator, "" for none


def kfunc(ctx: LoweringContext) -> New:
    """The kfunc bpf_iter_X_new()."""
    walk, state = ctx.cases[0].walk, ctx.state.memory
    return New(
        doc=kernel_doc.new(ctx),
        name=ctx.it.name,
        parameters=_parameters(ctx),
        kit=bare(ctx),
        clear=empty.unmade(ctx) if failures(ctx) else None,
        checks=tuple(checks.checks(ctx)),
        select=_select(ctx) if ctx.it.select else None,
        taken=acquire.acquisition(ctx),
        stores=for_all(ctx),
        copy=ctx.scope.field(walk.name) if ctx.it.lifetime == "snapshot" else "",
        memory=state.name if state else "",
        start=ctx.scope.new(walk.start) if isinstance(walk, Native) else "",
    )


def _parameters(ctx: LoweringContext) -> tuple[str, ...]:
    """The iterator first."""
    given = (declare(a.type, names.parameter(a, ctx.profile)) for a in ctx.it.arguments)
    return (f"struct bpf_iter_{ctx.it.name} *it", *given)


def _select(ctx: LoweringContext) -> Select:
    """Accepts the flag values there are; neighbours that need the same share an arm."""
    arms = (((tuple(checks.demands(ctx, case)), own(ctx, case)), case.flag) for case in ctx.cases)
    grouped = groupby(arms, key=lambda arm: arm[0])
    return Select(ctx.it.select, tuple(Arm(tuple(f for _, f in group), *needs) for needs, group in grouped))
