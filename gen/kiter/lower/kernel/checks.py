# SPDX-License-Identifier: GPL-2.0-only
"""What new() refuses before it takes anything: what the spec says, and what goes without saying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from kiter.analysis.state import SIZES, WORD
from kiter.lower.context import LoweringContext
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.expression import negated, operand
from kiter.spec.refusal import Refusal
from kiter.spec.walk import Counter

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


@view_class()
class Reserved:
    """A flag argument that means nothing yet."""

    template: ClassVar = "kernel/new/reserved.c.j2"
    flags: str


@view_class()
class Bits:
    """A flag argument of bits, of which some are known; `cast` makes them as wide as the argument."""

    template: ClassVar = "kernel/new/bits.c.j2"
    flags: str
    cast: str
    known: str


@view_class()
class Combinations:
    """A flag argument that has one of some values."""

    template: ClassVar = "kernel/new/combinations.c.j2"
    flags: str
    values: tuple[str, ...]


def checks(ctx: LoweringContext) -> Iterator[Part]:
    """In the order of the code: each a block of its own."""
    yield from _block(_refused(ctx, ctx.it.refusals))
    yield from _range(ctx)
    if not ctx.it.select:
        yield from demands(ctx, ctx.cases[0])
    yield from filter(None, map(_flags, ctx.it.arguments))
    yield from _block(Refused(CONTEXTS[what], errno) for what, errno in ctx.it.context.refuse)


def demands(ctx: LoweringContext, case: Case) -> Iterator[Refusals]:
    """What one case refuses."""
    null = (Refused(f"!{ctx.scope.in_new[name]}", "EINVAL") for name in case.requires)
    start = ctx.start(case)
    left = [Refused(negated(ctx.scope.new(start.linked)), start.errno)] if start else []
    yield from _block([*null, *_refused(ctx, case.refusals), *left])


def _block(refused: Iterable[Refused]) -> Iterator[Refusals]:
    if found := tuple(refused):
        yield Refusals(found)


def _refused(ctx: LoweringContext, refusals: Iterable[Refusal]) -> Iterator[Refused]:
    return (Refused(ctx.scope.new(refusal.when), refusal.errno) for refusal in refusals)


def _range(ctx: LoweringContext) -> Iterator[Range]:
    walk = ctx.cases[0].walk
    if isinstance(walk, Counter) and not walk.times:
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


def _flags(argument: Argument) -> Part | None:
    """The check of a flag argument that selects no walk."""
    if argument.reserved:
        return Reserved(argument.name)
    if argument.bits:
        return Bits(argument.name, *_known(argument))
    values = tuple(value.c for value in argument.combinations)
    return Combinations(argument.name, values) if values else None


def _known(argument: Argument) -> tuple[str, str]:
    """The cast, as ~ of an enumerator has 32 bits only, and the bits that are known."""
    known = " | ".join(value.c for value in argument.bits)
    cast = f"({argument.type})" if SIZES.get(argument.type, WORD) == WORD else ""
    return cast, f"({known})" if len(argument.bits) > 1 else known
