# SPDX-License-Identifier: GPL-2.0-only
"""An empty iterator in C: what makes one, and what tells it from a live one."""

from __future__ import annotations

from typing import ClassVar

from kiter.analysis.liveness import MADE, Test
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.scope import Scope
from kiter.lower.view_class import view_class
from kiter.spec.expression import operand
from kiter.spec.resource import Buffer, Taken
from kiter.spec.walk import Index, Numbered

NOTHING = {Test.POINTER: "NULL", Test.FLAG: "false", Test.RANGE: "0", Test.TIMES: "-1", Test.INDEX: "0"}


@view_class()
class Clear:
    """Fields that are given the value that says "empty"."""

    template: ClassVar = "kernel/end/clear.c.j2"
    fields: tuple[str, ...]
    value: str


@view_class()
class Unmade:
    """The same, and what companions look at, in an iterator that is none yet."""

    template: ClassVar = "kernel/end/unmade.c.j2"
    made: str
    value: str
    clear: Clear


@view_class()
class Untaken:
    """The same, and what destroy() releases by no more than its pointer."""

    template: ClassVar = "kernel/end/untaken.c.j2"
    pointers: tuple[str, ...]
    clear: Part


@view_class()
class Release:
    """The call of the function that releases everything, and clears."""

    template: ClassVar = "kernel/end/release.c.j2"
    function: str


def base(ctx: LoweringContext) -> str:
    """What stands before the fields that say so: the pointer to allocated memory is beside it, not in it."""
    return "kit->" if ctx.state.memory else ctx.scope.base


def clear(ctx: LoweringContext) -> Clear:
    """What makes an iterator empty."""
    live = ctx.state.liveness
    return Clear(tuple(f"{base(ctx)}{field}" for field in live.fields), NOTHING[live.test])


def unmade(ctx: LoweringContext) -> Part:
    """What makes an iterator empty before the first error return of new()."""
    pointers = tuple(f"{base(ctx)}{r.name}" for r in unmarked(ctx))
    value = NOTHING[Test.FLAG if ctx.state.liveness.made == MADE else Test.POINTER]
    cleared = Unmade(made(ctx), value, clear(ctx)) if made(ctx) else clear(ctx)
    return Untaken(pointers, cleared) if pointers else cleared


def unmarked(ctx: LoweringContext) -> tuple[Taken, ...]:
    """What a walk over numbers holds although the field that marks its end says nothing of it.

    A buffer whose size is counted from such a field has none in an empty iterator.
    """
    if ctx.state.memory or not isinstance(ctx.cases[0].walk, Numbered):
        return ()
    marks = frozenset(ctx.state.liveness.fields)
    held = (taken for taken in ctx.it.taken if taken.held and taken.type.endswith("*"))
    return tuple(t for t in held if not (isinstance(t, Buffer) and t.count.names() & marks))


def made(ctx: LoweringContext) -> str:
    """The field that outlives the walk and is NULL, or false, after a failed new(); "" for none."""
    field = ctx.state.liveness.made
    return f"{base(ctx)}{field}" if field else ""


def drain(ctx: LoweringContext) -> Part:
    """What ends a walk for good."""
    return Release(names.function(ctx.it, "release")) if ctx.releases else clear(ctx)


def marked(ctx: LoweringContext) -> str:
    """The field that is NULL, or false, in an empty iterator, wherever it stands."""
    return f"{base(ctx)}{ctx.state.liveness.field}"


def liveness(ctx: LoweringContext) -> str:
    """The field that is NULL, or false, in an empty iterator; the variable for the allocated state."""
    memory = ctx.state.memory
    return memory.name if memory and not memory.whole else marked(ctx)


def dead(ctx: LoweringContext, scope: Scope, read: frozenset[str]) -> str:
    """True for an iterator of which a companion that reads these fields must read none."""
    made, test = ctx.state.liveness.made, ctx.state.liveness.test
    # a cursor is NULL after the end
    if made and (test is not Test.POINTER or read.isdisjoint(ctx.state.liveness.fields)):
        return f"!{scope.field(made)}"
    field = scope.field(ctx.state.liveness.field)
    match ctx.state.liveness.test:
        case Test.RANGE:
            return f"{field} + 1 >= {scope.field(ctx.state.liveness.fields[1])}"
        case Test.TIMES:
            return f"{field} < 0"
        case Test.INDEX:
            walk = ctx.cases[0].walk
            assert isinstance(walk, Index)
            return f"{field} >= {operand(scope.next(walk.end))}"
    return f"!{liveness(ctx) if ctx.state.memory else field}"
