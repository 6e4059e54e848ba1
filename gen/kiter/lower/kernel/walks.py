# SPDX-License-Identifier: GPL-2.0-only
"""The walks whose elements RCU keeps: what new() stores for each, and its step.

A step leaves the next element, or NULL, in the cursor; the frame round it then empties the iterator.
A ring looks ahead instead: its cursor holds the element to return next, because the anchor is an
address and needs no step to be found, and so it ends itself and leaves its result in `pos`.
"""

from __future__ import annotations

from typing import ClassVar

from kiter.analysis.lookahead import Lookahead
from kiter.analysis.state import start_field
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import sources
from kiter.lower.kernel.empty import Clear, drain, marked
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.sources import Span, Step, Value
from kiter.lower.view_class import view_class
from kiter.spec.element import IN_STATE
from kiter.spec.expression import arm, negated, operand
from kiter.spec.source import Source
from kiter.spec.walk import (
    Cursor,
    FromTo,
    Index,
    Level,
    Linked,
    Native,
    Nested,
    Numbered,
    Raw,
    Repeat,
    Ring,
    Walk,
)

# --- the templates of templates/kernel/walk/ ---------------------------------------------------------


@view_class()
class CursorStep:
    """The next element, which is the first one for none."""

    template: ClassVar = "kernel/walk/cursor.c.j2"
    cursor: str
    next: str


@view_class()
class CursorFromFirst:
    """The first element, and from then on the next one."""

    template: ClassVar = "kernel/walk/cursor_first.c.j2"
    cursor: str
    next: str
    first: str


@view_class()
class Found:
    """`to` is the element behind `last`, or the first one before it."""

    template: ClassVar = "kernel/walk/found.c.j2"
    to: str
    fresh: str
    first: str
    next: str


@view_class()
class Round:
    """One step round a ring; `end` is done where it began."""

    template: ClassVar = "kernel/walk/round.c.j2"
    cursor: str
    next: str
    anchor: str
    end: Part


@view_class()
class RoundFrom:
    """The same for a ring that was entered at one of its elements."""

    template: ClassVar = "kernel/walk/round_from.c.j2"
    cursor: str  # where it is
    next: str  # the element after it
    anchor: str  # the head of the ring
    first: str  # where it was entered
    wrapped: str  # set once the anchor is passed
    end: Part  # at the last one


@view_class()
class RingStep:
    """The element that was found before, once the one behind it has been found."""

    template: ClassVar = "kernel/walk/ring.c.j2"
    cursor: str
    round: Part


@view_class()
class RingWanted(RingStep):
    """The same until there is one that the walk stops at; `unwanted` is true for any other."""

    template: ClassVar = "kernel/walk/ring_wanted.c.j2"
    unwanted: str
    live: str


@view_class()
class NestedInRing:
    """For each element of a ring, every element of `inner`."""

    template: ClassVar = "kernel/walk/nested_ring.c.j2"
    outer: str
    cursor: str
    inner: Part
    move: Part


@view_class()
class NestedInCursor:
    """The same for an outer walk that begins with an element of its own."""

    template: ClassVar = "kernel/walk/nested_cursor.c.j2"
    outer: str
    cursor: str
    inner: Part
    next: str
    first: str


@view_class()
class NestedInAny:
    """The same for an outer walk that finds its first element from none, as it finds the others."""

    template: ClassVar = "kernel/walk/nested.c.j2"
    outer: str
    cursor: str
    inner: Part
    move: Part


@view_class()
class RawStep:
    """The author's own statements."""

    template: ClassVar = "kernel/walk/raw.c.j2"
    statements: str


@view_class()
class Chosen:
    """The step for one flag value; `ends` says that it leaves its result in `pos`."""

    flag: str
    step: Part
    ends: bool


@view_class()
class Selected:
    """The step that a flag selects."""

    template: ClassVar = "kernel/walk/select.c.j2"
    flag: str
    cases: tuple[Chosen, ...]


@view_class()
class SelectedFound(Selected):
    """The same where what is found stands in a variable, which nothing else has set."""

    template: ClassVar = "kernel/walk/select_found.c.j2"
    to: str


# --- which of them, and with what --------------------------------------------------------------------


def step(ctx: LoweringContext, walk: Walk) -> Step:
    """The step of a walk that next() has no frame of its own for."""
    match walk:
        case Ring():
            return _ring(ctx, walk)
        case Nested():
            return _nested(ctx, walk)
        case Raw():
            return Step(RawStep(ctx.scope.next(walk.next)))
        case Cursor() | Source():
            return _advance(ctx, walk, sources.start(ctx))
    raise AssertionError(f"{type(walk).__name__} has a frame of its own")


def _advance(ctx: LoweringContext, walk: Level, start: str, inner: bool = False) -> Step:
    """What moves a cursor on, from `start` to the first element too, past what the walk does not stop at."""
    cursor = ctx.scope.field(walk.name)
    made = _moved(ctx, walk, Span(cursor, cursor, start), inner)
    part = sources.wanted(made.part, cursor, sources.conditions(ctx, walk, cursor))
    return Step(part, made.variables)


def _moved(ctx: LoweringContext, walk: Level, span: Span, inner: bool) -> Step:
    match walk:
        case Ring():
            return Step(_round(ctx, walk, Clear((span.to,), "NULL")))
        case Source():
            return sources.inner(ctx, walk, span) if inner else sources.step(ctx, walk, span)
        case Cursor():
            return Step(_cursor(ctx, walk, span))


def _cursor(ctx: LoweringContext, walk: Cursor, span: Span) -> Part:
    on = ctx.scope.next(walk.next)
    first = ctx.scope.next(walk.first) if walk.first else on
    if first == on:
        return CursorStep(span.to, on)
    if span.start != "NULL":
        return Found(span.to, span.fresh, first, on)
    return CursorFromFirst(span.to, arm(on), arm(first))


def _ring(ctx: LoweringContext, walk: Ring) -> Step:
    cursor, end = ctx.scope.field(walk.name), drain(ctx)
    given = (cursor, _round(ctx, walk, end))
    wanted = sources.conditions(ctx, walk, "pos")
    part = RingWanted(*given, negated(wanted[0]), marked(ctx)) if wanted else RingStep(*given)
    return Step(part, {"pos": walk.type or ctx.it.element}, ends=True)


def _round(ctx: LoweringContext, walk: Ring, end: Part) -> Part:
    scope = ctx.scope
    cursor, on, anchor = scope.field(walk.name), scope.next(walk.next), operand(scope.next(walk.anchor))
    if walk.start is None:
        return Round(cursor, on, anchor, end)
    return RoundFrom(cursor, on, anchor, scope.field(start_field(ctx.it)), scope.field("wrapped"), end)


def _nested(ctx: LoweringContext, walk: Nested) -> Step:
    """A ring has an outer element from the start, any other walk has none before its first step."""
    inner = _advance(ctx, walk.inner, "NULL", inner=True)
    outer, cursor = (ctx.scope.field(level.name) for level in (walk.outer, walk.inner))
    if isinstance(walk.outer, Cursor) and walk.outer.first is not None and walk.outer.where is None:
        on, first = ctx.scope.next(walk.outer.next), ctx.scope.next(walk.outer.first)
        return Step(NestedInCursor(outer, cursor, inner.part, on, first), inner.variables)
    move = _advance(ctx, walk.outer, "NULL")
    kind = NestedInRing if isinstance(walk.outer, Ring) else NestedInAny
    return Step(kind(outer, cursor, inner.part, move.part), {**inner.variables, **move.variables})


# --- what new() stores -------------------------------------------------------------------------------


def stores(ctx: LoweringContext, walk: Walk) -> dict[str, Value]:
    """The fields of one walk that new() must fill."""
    if ctx.lookahead:
        return _lookahead(ctx, ctx.lookahead, walk)
    match walk:
        case Ring():
            return _entry(ctx, walk)
        case Nested(outer=Ring() as outer):
            return {walk.inner.name: Value("NULL")} | _entry(ctx, outer)
        case Nested():
            return {walk.inner.name: Value("NULL")} | _before(ctx, walk.outer, "NULL")
        case FromTo() | Repeat() | Index() | Native() | Linked():
            return _numbered(ctx, walk)
    # of a snapshot the copy is made later, as every element is that stands in the state
    return {} if ctx.it.lifetime in IN_STATE else _before(ctx, walk, sources.start(ctx))


def _before(ctx: LoweringContext, walk: Level | Raw, start: str) -> dict[str, Value]:
    """What a walk begins from that has no element before its first step."""
    places = sources.begins(ctx, walk) if isinstance(walk, Source) else {}
    return {walk.name: Value(start)} | places


def _numbered(ctx: LoweringContext, walk: Numbered | Native | Linked) -> dict[str, Value]:
    """A number stands before the first one."""
    match walk:
        case FromTo():
            start, end = (ctx.scope.in_new[name] for name in (walk.start, walk.end))
            return {walk.name: Value(f"{start} - 1"), walk.end: Value(end)}
        case Index():
            return {walk.name: Value("-1")}
    return {}


def _entry(ctx: LoweringContext, walk: Ring) -> dict[str, Value]:
    """What stands at the beginning of a ring."""
    if walk.start is None:
        return {walk.name: Value(ctx.scope.new(walk.anchor))}
    first = start_field(ctx.it)
    return {
        first: Value(ctx.scope.new(walk.start.at)),
        walk.name: Value(ctx.scope.field(first), late=True),
        "wrapped": Value("false"),
    }


def _lookahead(ctx: LoweringContext, lookahead: Lookahead, walk: Walk) -> dict[str, Value]:
    """The case of a walk that looks ahead; next() has one body for all of them."""
    if isinstance(walk, Cursor):
        assert walk.first is not None
        return {walk.name: Value(ctx.scope.new(walk.first))}
    outer = lookahead.outer.name
    return {
        outer: Value(ctx.scope.new(lookahead.outer.anchor)),
        lookahead.inner.name: Value(ctx.scope.field(outer), late=True),
    }
