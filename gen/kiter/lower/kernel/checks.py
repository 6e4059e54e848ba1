# SPDX-License-Identifier: GPL-2.0-only
"""What new() refuses before it takes anything: what the spec says, and what goes without saying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from kiter.analysis.state import SIZES, WORD
from kiter.lower.context import LoweringContext
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.case import Case
from kiter.spec.expression import negated, operand
from kiter.spec.refusal import Refusal
from kiter.spec.walk import FromTo

UNSIGNED = {"u64", "u32", "unsigned int", "unsigned long", "size_t"}
# what the verifier does not know of a program: the context it happens to run in
CONTEXTS = {"irqs_off": "irqs_disabled()", "nmi": "in_nmi()"}


@view_class()
class Refused:
    """A condition, and the error that new() returns when it is true."""

    when: str
    errno: str


@view_class()
class Refusals:
    """Conditions behind each other."""

    template: ClassVar = "kernel/new/refusals.c.j2"
    refused: tuple[Refused, ...]


@view_class()
class Range:
    """Two numbers in their order, and `most` between them, "" for no limit; `cast` widens the difference."""

    template: ClassVar = "kernel/new/range.c.j2"
    start: str
    end: str
    most: str
    cast: str


def checks(ctx: LoweringContext) -> Iterator[Part]:
    """In the order of the code: each a block of its own."""
    at_once = (r for r in ctx.it.refusals if ctx.it.awaited(r) is None)
    yield from _block(_refused(ctx, at_once))
    yield from _range(ctx)
    if not ctx.it.select:
        yield from demands(ctx, ctx.cases[0])


def contexts(ctx: LoweringContext) -> Iterator[Part]:
    """Where the program runs."""
    yield from _block(Refused(CONTEXTS[what], errno) for errno, what in ctx.it.context.fails)


def demands(ctx: LoweringContext, case: Case) -> Iterator[Refusals]:
    """What one case refuses."""
    start = ctx.start(case)
    left = [Refused(negated(ctx.scope.new(start.linked)), start.errno)] if start else []
    yield from _block([*_asked(ctx, case), *left])


def asked(ctx: LoweringContext, value: Case) -> Iterator[Refusals]:
    """What one value of a flag that chooses no walk refuses."""
    yield from _block(_asked(ctx, value))


def _asked(ctx: LoweringContext, value: Case) -> Iterator[Refused]:
    yield from (Refused(f"!{ctx.scope.in_new[name]}", "EINVAL") for name in value.requires)
    yield from _refused(ctx, value.refusals)


def _block(refused: Iterable[Refused]) -> Iterator[Refusals]:
    if found := tuple(refused):
        yield Refusals(found)


def _refused(ctx: LoweringContext, refusals: Iterable[Refusal]) -> Iterator[Refused]:
    return (Refused(ctx.scope.new(refusal.when), refusal.errno) for refusal in refusals)


def _range(ctx: LoweringContext) -> Iterator[Range]:
    walk = ctx.cases[0].walk
    if isinstance(walk, FromTo):
        start, end = (ctx.scope.in_new[name] for name in (walk.start, walk.end))
        most = operand(ctx.scope.new(walk.most)) if walk.most is not None else ""
        yield Range(start, end, most, _widened(ctx, walk.end))


def _widened(ctx: LoweringContext, name: str) -> str:
    """The cast under which the difference of two numbers in order is right."""
    argument = ctx.it.argument(name)
    ctype = argument.type if argument else "u64"
    if ctype in UNSIGNED:
        return ""
    return "(s64)" if SIZES.get(ctype, WORD) < WORD else "(u64)"
