# SPDX-License-Identifier: GPL-2.0-only
"""new(): empties the iterator, refuses what it must, takes what the walk needs, and begins.

The order is the contract: next() and destroy() are called whatever new() returns (kernel/bpf/verifier.c,
is_iter_reg_valid_uninit(), 6.4 and later), so the iterator is empty before the first error return.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.failures import failures
from kiter.lower.kernel import acquire, checks, empty, flags, kernel_doc, locks
from kiter.lower.kernel.acquire import Acquisition
from kiter.lower.kernel.kit import Kit, bare
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.stores import Store, for_all
from kiter.lower.view_class import view_class
from kiter.spec.element import IN_STATE
from kiter.spec.walk import Native


@view_class()
class New:
    """The kfunc, from its comment to what makes an allocated state the iterator's and begins the walk."""

    template: ClassVar = "kernel/new.c.j2"
    doc: kernel_doc.New  # its comment
    name: str  # the iterator
    parameters: tuple[str, ...]  # with their types
    kit: Kit  # how it finds the state
    clear: Part | None  # None where nothing can fail
    early: tuple[Part, ...]  # what is looked up before all else
    checks: tuple[Part, ...]  # what it refuses
    held: tuple[str, ...]  # the locks that the caller holds
    select: Part | None  # looks at the flag that chooses the walk
    taken: Acquisition  # what may fail
    begin: Part | None  # what the chosen walk stores, where `select` stands before what is taken
    stores: tuple[Store, ...]  # what goes into the state for every walk
    copy: str  # the element that is copied into the state, "" for none
    memory: str  # the pointer to the allocated state, "" for none
    start: str  # the call that starts a kernel's own iterator, "" for none


def kfunc(ctx: LoweringContext) -> New:
    """The kfunc bpf_iter_X_new()."""
    walk, state = ctx.cases[0].walk, ctx.state.memory
    taken, selector = acquire.acquisition(ctx), ctx.selector
    return New(
        doc=kernel_doc.new(ctx),
        name=ctx.it.name,
        parameters=_parameters(ctx),
        kit=bare(ctx),
        clear=empty.unmade(ctx) if failures(ctx) else None,
        early=acquire.early(ctx),
        checks=tuple(_checks(ctx)),
        held=locks.callers(ctx),
        select=flags.select(ctx, selector, stores=not taken.steps) if selector else None,
        taken=taken,
        begin=flags.begin(ctx, selector) if selector and taken.steps else None,
        stores=for_all(ctx),
        copy=ctx.scope.field(walk.name) if ctx.it.lifetime in IN_STATE else "",
        memory=state.name if state else "",
        start=ctx.scope.new(walk.start) if isinstance(walk, Native) else "",
    )


def _parameters(ctx: LoweringContext) -> tuple[str, ...]:
    """The iterator first."""
    given = (declare(a.type, names.parameter(a, ctx.profile)) for a in ctx.it.arguments)
    return (f"struct bpf_iter_{ctx.it.name} *it", *given)


def _checks(ctx: LoweringContext) -> Iterator[Part]:
    """What new() refuses, but for the flag that chooses the walk."""
    yield from checks.checks(ctx)
    for argument in ctx.it.arguments:
        if argument != ctx.selector:
            yield from flags.refused(ctx, argument)
    yield from checks.contexts(ctx)
