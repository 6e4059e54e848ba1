# SPDX-License-Identifier: GPL-2.0-only
"""Elements that the iterator holds a reference to: how they are found, taken and released."""

from __future__ import annotations

from typing import ClassVar

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, variables
from kiter.lower.kernel import buckets, empty, flags, locks, sources, walks
from kiter.lower.kernel.kit import Kit, kit
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.sources import Span, Step
from kiter.lower.view_class import view_class
from kiter.spec.snippet import Snippet
from kiter.spec.source import Source
from kiter.spec.walk import Cursor, Raw, Walk

# --- the templates of templates/kernel/held/ ---------------------------------------------------------


@view_class()
class From:
    """The same from where the element before is."""

    template: ClassVar = "kernel/held/from.c.j2"
    to: str
    last: str
    found: Part


@view_class()
class RawFrom:
    """The author's own statements, which begin with NULL for the first element."""

    template: ClassVar = "kernel/held/raw.c.j2"
    to: str
    begin: str
    statements: str


@view_class()
class Sure:
    """A step that is made again until it holds an element that still is what was found.

    `missed` is true for one that is not held, `still` of one that is.
    """

    template: ClassVar = "kernel/held/sure.c.j2"
    step: Part
    to: str
    missed: str
    still: str
    put: str


@view_class()
class Exchange:
    """Finds an element and holds it; `put` counts the one before down, where that decides what follows."""

    template: ClassVar = "kernel/held/exchange.c.j2"
    found: Part
    start: str
    get: str
    put: str


@view_class()
class InPlace:
    """next() where the walk hands the reference over."""

    template: ClassVar = "kernel/next/handover.c.j2"
    kit: Kit
    cursor: str
    found: Part


@view_class()
class Next:
    """next() where the element before is put behind the lock: that may free, or sleep."""

    template: ClassVar = "kernel/next/held.c.j2"
    kit: Kit  # how it finds the state
    prev: str  # the declaration of a variable for the element before
    pos: str  # that of one for the next
    variables: tuple[str, ...]  # others that the step needs
    cursor: str  # the field that holds the element
    exchange: Part  # what is done with the lock held
    start: str  # the cursor's value before the first
    put: str  # releases the element before, "" where the walk does it
    drain: Part | None  # releases the rest at the end, None for nothing


@view_class()
class NextCounted:
    """next() where the count of the element before decides what becomes of it."""

    template: ClassVar = "kernel/next/held_counted.c.j2"
    kit: Kit  # how it finds the state
    prev: str  # the declaration of a variable for the element before
    pos: str  # that of one for the next
    variables: tuple[str, ...]  # others that the step needs
    cursor: str  # the field that holds the element
    exchange: Part  # what is done with the lock held
    last: str  # what becomes of one whose last reference that was
    drain: Part | None  # releases the rest at the end, None for nothing


@view_class()
class Destroy:
    """destroy() of one that holds an element, and `drain` where it holds more."""

    template: ClassVar = "kernel/destroy/held.c.j2"
    kit: Kit
    cursor: str
    start: str
    put: str


@view_class()
class DestroyMore(Destroy):
    """The same for one that holds more than the element."""

    template: ClassVar = "kernel/destroy/held_more.c.j2"
    drain: Part


@view_class()
class Drop:
    """Counts an element down."""

    template: ClassVar = "kernel/held/drop.c.j2"
    put: str


@view_class()
class DestroyCounted:
    """destroy() where the count of the element decides what becomes of it."""

    template: ClassVar = "kernel/destroy/held_counted.c.j2"
    kit: Kit  # how it finds the state
    pos: str  # the declaration of a variable for the element
    variables: tuple[str, ...]  # others that are needed
    cursor: str  # the field that holds the element
    start: str  # the cursor's value before the first
    drop: Part  # counts it down
    last: str  # what becomes of one whose last reference that was


@view_class()
class DestroyMoreCounted(DestroyCounted):
    """The same for one that holds more than the element."""

    template: ClassVar = "kernel/destroy/held_counted_more.c.j2"
    drain: Part


# --- which of them, and with what --------------------------------------------------------------------


def over(ctx: LoweringContext, snippet: Snippet | None, pos: str) -> str:
    """A snippet of the element, for the element in a variable; "" for none."""
    spelled = {ctx.cases[0].walk.name: pos, "pos": pos}
    return ctx.scope.next(snippet, **spelled) if snippet is not None else ""


def next(ctx: LoweringContext) -> Part:
    """The body of next()."""
    cursor, start = ctx.scope.field(ctx.cases[0].walk.name), names.start(ctx.it)
    element = ctx.it.held
    if element.handover and not ctx.it.locks and not ctx.releases:
        return InPlace(kit(ctx), cursor, _found(ctx, cursor, cursor, start).part)
    counted = element.put is not None and element.last is not None
    put = over(ctx, element.put, "prev")
    found = _found(ctx, "pos", "prev", start)
    got = "" if _gets(ctx) else over(ctx, element.get, "pos")
    exchange = Exchange(found.part, start, got, put if counted else "")
    common = (
        kit(ctx),
        declare(ctx.it.element, "prev"),
        declare(ctx.it.element, "pos"),
        (*variables(found.variables), *locks.variables(ctx)),
        cursor,
        locks.locked(ctx, exchange, "pos"),
    )
    drain = empty.drain(ctx) if ctx.releases else None
    if element.last is not None:
        return NextCounted(*common, over(ctx, element.last, "prev"), drain)
    return Next(*common, start, "" if element.handover else put, drain)


def _found(ctx: LoweringContext, to: str, last: str, start: str) -> Step:
    """What finds, behind `last` or from the first one on, an element that the walk stops at."""
    steps = tuple(_found_by(ctx, case.walk, to, last, start) for case in ctx.cases)
    if not ctx.it.select:
        return steps[0]
    pairs = zip(ctx.cases, steps, strict=True)
    chosen = tuple(walks.Chosen(case.flag, step.part, ends=False) for case, step in pairs)
    flag, variables = (
        flags.selecting(ctx),
        {name: one for step in steps for name, one in step.variables.items()},
    )
    if to == last:
        return Step(walks.Selected(flag, chosen), variables)
    return Step(walks.SelectedFound(flag, chosen, to), variables)


def _found_by(ctx: LoweringContext, walk: Walk, to: str, last: str, start: str) -> Step:
    """The same in one walk."""
    element = ctx.it.held
    if isinstance(walk, Source) and walk.locks:
        return _in_buckets(ctx, walk, to)
    conditions = sources.conditions(ctx, walk, to)
    again = bool(conditions or element.tryget)
    step = _step(ctx, walk, Span(to, to if again else last, start))
    had = (*conditions, *([over(ctx, element.tryget, to)] if element.tryget else []))
    part = sources.wanted(step.part, to, had)
    if element.still is not None:
        still, put = (over(ctx, one, to) for one in (element.still, element.put))
        part = Sure(step.part, to, sources.unmet(had), still, put)
    goes_on = again and to != last and not (isinstance(walk, Source) and sources.goes_alone(ctx, walk))
    return Step(From(to, last, part) if goes_on else part, step.variables)


def _gets(ctx: LoweringContext) -> bool:
    """Whether the step itself takes the reference, as it must under the lock of a bucket."""
    walk = ctx.cases[0].walk
    return isinstance(walk, Source) and bool(walk.locks)


def _in_buckets(ctx: LoweringContext, walk: Source, to: str) -> Step:
    """What finds and takes an element under the lock of its bucket."""
    wanted = sources.conditions(ctx, walk, buckets.ENTRY)
    element = ctx.it.held
    had = (*wanted, *([over(ctx, element.tryget, buckets.ENTRY)] if element.tryget else []))
    return buckets.step(ctx, walk, to, had, over(ctx, element.get, buckets.ENTRY))


def _step(ctx: LoweringContext, walk: Walk, span: Span) -> Step:
    """What finds the element behind another, or the first one."""
    if isinstance(walk, Source):
        return sources.step(ctx, walk, span)
    if isinstance(walk, Raw):
        begin = f"{span.last} == {span.start} ? NULL : {span.last}"
        return Step(RawFrom(span.to, begin, over(ctx, walk.next, span.to)))
    assert isinstance(walk, Cursor)
    first = ctx.scope.next(walk.first) if walk.first else over(ctx, walk.next, "NULL")
    following = over(ctx, walk.next, span.last)
    return Step(
        walks.CursorStep(span.to, first)
        if first == following
        else walks.Found(span.to, span.fresh, first, following)
    )


def destroy(ctx: LoweringContext) -> Part:
    """The body of destroy()."""
    element, cursor, start = ctx.it.held, ctx.scope.field(ctx.cases[0].walk.name), names.start(ctx.it)
    if element.last is None:
        given = (kit(ctx), cursor, start, over(ctx, element.put, cursor))
        return DestroyMore(*given, empty.drain(ctx)) if ctx.releases else Destroy(*given)
    counted = (
        kit(ctx),
        declare(ctx.it.element, "pos"),
        locks.variables(ctx),
        cursor,
        start,
        locks.locked(ctx, Drop(over(ctx, element.put, "pos")), "pos"),
        over(ctx, element.last, "pos"),
    )
    return DestroyMoreCounted(*counted, empty.drain(ctx)) if ctx.releases else DestroyCounted(*counted)
