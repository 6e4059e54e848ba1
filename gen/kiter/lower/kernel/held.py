# SPDX-License-Identifier: GPL-2.0-only
"""Elements that the iterator holds a reference to: how they are found, taken and given back."""

from __future__ import annotations

from typing import ClassVar

from kiter.analysis.state import pointee
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import empty, locks
from kiter.lower.kernel.kit import Kit, kit
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.snippet import Snippet
from kiter.spec.walk import Cursor, List

# --- the templates of templates/kernel/held/ ---------------------------------------------------------


@view_class()
class Found:
    """`to` is the element behind `last`, or the first one at the start."""

    template: ClassVar = "kernel/held/cursor.c.j2"
    to: str
    last: str
    start: str
    first: str
    next: str


@view_class()
class FoundInList:
    """The same in a list."""

    template: ClassVar = "kernel/held/list.c.j2"
    to: str
    last: str
    start: str
    head: str
    type: str
    member: str


@view_class()
class FoundAnyway:
    """The same where the start makes no difference."""

    template: ClassVar = "kernel/held/any.c.j2"
    to: str
    next: str


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
    """next() where the element before is put behind the lock: that may free, or sleep.

    `put` is "" where the walk does it; `drain` is None where nothing else is given back at the end.
    """

    template: ClassVar = "kernel/next/held.c.j2"
    kit: Kit
    prev: str
    pos: str
    variables: tuple[str, ...]
    cursor: str
    exchange: Part
    start: str
    put: str
    drain: Part | None


@view_class()
class NextCounted:
    """next() where the count of the element before decides what becomes of it: `last` is done then."""

    template: ClassVar = "kernel/next/held_counted.c.j2"
    kit: Kit
    prev: str
    pos: str
    variables: tuple[str, ...]
    cursor: str
    exchange: Part
    last: str
    drain: Part | None


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
    kit: Kit
    pos: str
    variables: tuple[str, ...]
    cursor: str
    start: str
    drop: Part
    last: str


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
    if element.handover and ctx.it.lock is None and not ctx.releases:
        return InPlace(kit(ctx), cursor, _found(ctx, cursor, cursor, start))
    counted = element.put is not None and element.last is not None
    put = over(ctx, element.put, "prev")
    exchange = Exchange(
        _found(ctx, "pos", "prev", start), start, over(ctx, element.get, "pos"), put if counted else ""
    )
    common = (
        kit(ctx),
        declare(ctx.it.element, "prev"),
        declare(ctx.it.element, "pos"),
        locks.variables(ctx),
        cursor,
        locks.locked(ctx, exchange),
    )
    drain = empty.drain(ctx) if ctx.releases else None
    if element.last is not None:
        return NextCounted(*common, over(ctx, element.last, "prev"), drain)
    return Next(*common, start, "" if element.handover else put, drain)


def _found(ctx: LoweringContext, to: str, last: str, start: str) -> Part:
    """What finds the element behind `last`, or the first one, and leaves it in `to`."""
    walk = ctx.cases[0].walk
    if isinstance(walk, List):
        return FoundInList(to, last, start, ctx.scope.next(walk.head), pointee(ctx.it), walk.member)
    assert isinstance(walk, Cursor)
    first = ctx.scope.next(walk.first) if walk.first else over(ctx, walk.next, "NULL")
    following = over(ctx, walk.next, last)
    return FoundAnyway(to, first) if first == following else Found(to, last, start, first, following)


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
        locks.locked(ctx, Drop(over(ctx, element.put, "pos"))),
        over(ctx, element.last, "pos"),
    )
    return DestroyMoreCounted(*counted, empty.drain(ctx)) if ctx.releases else DestroyCounted(*counted)
