# SPDX-License-Identifier: GPL-2.0-only
"""next(): the step from one element to the next, and the end that stays one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from kiter.analysis.lookahead import Lookahead
from kiter.analysis.state import pointee
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import Variable, declare, variables
from kiter.lower.kernel import empty, flags, held, kernel_doc, locks, memory, sources, walks
from kiter.lower.kernel.kit import Kit, kit
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.expression import conjuncts, negated, operand
from kiter.spec.walk import Cursor, FromTo, Index, Linked, Native, Numbered, Repeat


@view_class()
class Next:
    """The kfunc."""

    template: ClassVar = "kernel/next.c.j2"
    doc: kernel_doc.Next
    name: str
    element: str
    body: Part


# --- the templates of templates/kernel/next/ ---------------------------------------------------------


@view_class()
class Drained:
    """What is done where the cursor has come to the end."""

    template: ClassVar = "kernel/next/drained.c.j2"
    cursor: str
    drain: Part


@view_class()
class Freed:
    """The same where the cursor is gone then, as all of the state is."""

    template: ClassVar = "kernel/next/freed.c.j2"
    cursor: str
    drain: Part


@view_class()
class Walk:
    """A walk over elements that RCU keeps."""

    template: ClassVar = "kernel/next/walk.c.j2"
    kit: Kit  # the state
    variables: tuple[str, ...]  # declarations
    liveness: str  # tells a live iterator
    step: Part  # to the next element
    end: Part | None  # at the last one, None where each step does that itself
    result: str  # what next() returns


@view_class()
class LookaheadWalk:
    """A nested walk that looks ahead.

    kit: the struct of the iterator
    pos: the declaration of the element that is returned
    cursor: the field that holds the next one
    apart: conditions that all hold where there is an inner walk, none where there always is one
    within: the step of the inner walk
    stays: conditions under which the inner walk goes on, or was all there is: one is enough
    outer: the field that holds the element of the outer walk
    next: the step of the outer walk
    anchor: where the outer walk has come round
    """

    template: ClassVar = "kernel/next/lookahead.c.j2"
    kit: Kit
    pos: str
    cursor: str
    apart: tuple[str, ...]
    within: str
    stays: tuple[str, ...]
    outer: str
    next: str
    anchor: str


@view_class()
class Range:
    """Numbers up to another."""

    template: ClassVar = "kernel/next/range.c.j2"
    kit: Kit
    number: str
    end: str


@view_class()
class Times:
    """One number, several times."""

    template: ClassVar = "kernel/next/times.c.j2"
    kit: Kit
    number: str
    left: str


@view_class()
class Numbers:
    """The numbers below an end that something finds."""

    template: ClassVar = "kernel/next/index.c.j2"
    kit: Kit  # how it finds the state
    buffers: tuple[Variable, ...]  # where the numbers are found
    type: str  # in C, of a number
    number: str  # the field with the current one
    step: Part  # finds the next one
    end: str  # no number is as large
    again: str  # true for one that the walk skips, "" for none


@view_class()
class OfKernel:
    """A kernel's own iterator, which goes on giving NULL."""

    template: ClassVar = "kernel/next/native_sticky.c.j2"
    kit: Kit
    liveness: str
    next: str


@view_class()
class Local:
    """A walk whose element is in no field: what the step finds is in `pos`, until the end."""

    template: ClassVar = "kernel/next/local.c.j2"
    kit: Kit
    variables: tuple[str, ...]
    liveness: str
    step: Part
    drain: Part


@view_class()
class Snapshot:
    """Elements that are copied into the state."""

    template: ClassVar = "kernel/next/snapshot.c.j2"
    kit: Kit  # how it finds the state
    pos: str  # the declaration of the variable for what is copied
    liveness: str  # false at the end
    next: str  # what the next element is copied from, NULL for the end
    drain: Part  # releases everything then
    copy: str  # the element in the state
    put: str  # releases what the last one refers to, "" for nothing
    get: str  # takes what the next one refers to, "" for nothing
    done: str  # ends the use of what was copied from, "" for nothing


@view_class()
class InState:
    """Elements that are structs in the state."""

    template: ClassVar = "kernel/next/in_state.c.j2"
    kit: Kit  # how it finds the state
    liveness: str  # false at the end
    element: str  # the struct in the state
    anew: bool  # whether each step fills it anew
    put: str  # releases what it refers to then
    at_end: str  # makes the step, and is true where there was none
    drain: Part  # releases everything then


# --- which of them, and with what --------------------------------------------------------------------


def kfunc(ctx: LoweringContext) -> Next:
    """The kfunc bpf_iter_X_next()."""
    return Next(kernel_doc.next(ctx), ctx.it.name, ctx.it.element, _body(ctx))


def _body(ctx: LoweringContext) -> Part:
    walk = ctx.cases[0].walk
    if ctx.lookahead:
        return _lookahead(ctx, ctx.lookahead)
    match walk:
        case FromTo() | Repeat() | Index():
            return _numbers(ctx, walk)
        case Native() if walk.sticky:
            return OfKernel(kit(ctx), empty.liveness(ctx), ctx.scope.next(walk.next))
        case Native() | Linked():
            return _local(ctx, walk)
    lifetimes: dict[str, Callable[[LoweringContext], Part]] = {
        "held": held.next,
        "snapshot": _snapshot,
        "filled": _in_state,
        "moved": _in_state,
    }
    return lifetimes.get(ctx.it.lifetime, _walk)(ctx)


def _walk(ctx: LoweringContext) -> Walk:
    steps = tuple(walks.step(ctx, case.walk) for case in ctx.cases)
    pairs = tuple(zip(ctx.cases, steps, strict=True))
    step = steps[0].part
    if ctx.it.select:
        chosen = tuple(walks.Chosen(case.flag, step.part, step.ends) for case, step in pairs)
        step = walks.Selected(flags.selecting(ctx), chosen)
    cursors = [ctx.scope.field(case.walk.name) for case, step in pairs if not step.ends]
    sticky = ctx.state.liveness.cursor and not ctx.releases
    end = Drained if ctx.state.memory is None else Freed
    return Walk(
        kit=kit(ctx),
        variables=(*variables(*(step.variables for step in steps)), *locks.variables(ctx)),
        liveness=empty.liveness(ctx),
        step=locks.locked(ctx, step, cursors[0] if cursors else ""),
        end=end(cursors[0], empty.drain(ctx)) if cursors and not sticky else None,
        result=cursors[0] if cursors else "NULL" if ctx.it.select else "pos",
    )


def _lookahead(ctx: LoweringContext, lookahead: Lookahead) -> LookaheadWalk:
    cursor, outer = (ctx.scope.field(level.name) for level in (lookahead.inner, lookahead.outer))
    flag = operand(flags.selecting(ctx)) if ctx.it.select else ""
    return LookaheadWalk(
        kit=kit(ctx),
        pos=declare(ctx.it.element, "pos"),
        cursor=cursor,
        apart=tuple(f"{flag} != {name}" for name in lookahead.outside),
        within=ctx.scope.next(lookahead.inner.next, **{lookahead.inner.name: "pos", "pos": "pos"}),
        stays=(cursor, *(f"{flag} == {name}" for name in lookahead.inside)),
        outer=outer,
        next=ctx.scope.next(lookahead.outer.next),
        anchor=operand(ctx.scope.next(lookahead.outer.anchor)),
    )


def _numbers(ctx: LoweringContext, walk: Numbered) -> Part:
    number = ctx.scope.field(walk.name)
    match walk:
        case Index():
            return _index(ctx, walk)
        case Repeat():
            return Times(kit(ctx), number, ctx.scope.field(walk.times))
    return Range(kit(ctx), number, ctx.scope.field(walk.end))


def _index(ctx: LoweringContext, walk: Index) -> Numbers:
    buffers = (b for b in ctx.it.buffers if b.inline)
    return Numbers(
        kit=kit(ctx),
        buffers=tuple(Variable(declare(b.type, b.name), memory.found(ctx, b)) for b in buffers),
        type=pointee(ctx.it),
        number=ctx.scope.field(walk.name),
        step=_numbered(ctx),
        end=ctx.scope.next(walk.end),
        again=negated(ctx.scope.next(walk.where)) if walk.where else "",
    )


def _numbered(ctx: LoweringContext) -> Part:
    """The next number, or that of the walk which the flag chooses."""
    steps = tuple(
        (case.flag, walks.CursorStep(ctx.scope.field(case.walk.name), ctx.scope.next(case.walk.next)))
        for case in ctx.cases
        if isinstance(case.walk, Index)
    )
    if not ctx.it.select:
        return steps[0][1]
    return walks.Selected(
        flags.selecting(ctx), tuple(walks.Chosen(flag, step, ends=False) for flag, step in steps)
    )


def _local(ctx: LoweringContext, walk: Native | Linked) -> Local:
    step = locks.locked(ctx, walks.CursorStep("pos", ctx.scope.next(walk.next)), "pos")
    own = (declare(ctx.it.element, "pos"), *locks.variables(ctx))
    return Local(kit(ctx), own, empty.liveness(ctx), step, empty.drain(ctx))


def _in_state(ctx: LoweringContext) -> InState:
    walk, anew = ctx.cases[0].walk, ctx.it.lifetime == "filled"
    assert isinstance(walk, Cursor)
    element = ctx.scope.field(walk.name)
    return InState(
        kit=kit(ctx),
        liveness=empty.liveness(ctx),
        element=element,
        anew=anew,
        put=held.over(ctx, ctx.it.held.put, f"&{element}") if anew else "",
        at_end=sources.unmet(conjuncts(held.over(ctx, walk.next, f"&{element}"))),
        drain=empty.drain(ctx),
    )


def _snapshot(ctx: LoweringContext) -> Snapshot:
    walk, element = ctx.cases[0].walk, ctx.it.held
    assert isinstance(walk, Cursor)
    copy = ctx.scope.field(walk.name)
    return Snapshot(
        kit=kit(ctx),
        pos=declare(ctx.it.element, "pos"),
        liveness=empty.liveness(ctx),
        next=ctx.scope.next(walk.next),
        drain=empty.drain(ctx),
        copy=copy,
        put=held.over(ctx, element.put, f"&{copy}"),
        get=held.over(ctx, element.get, f"&{copy}"),
        done=held.over(ctx, walk.done, "pos"),
    )
