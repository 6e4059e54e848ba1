# SPDX-License-Identifier: GPL-2.0-only
"""What new() refuses without being told: numbers out of range, flags that mean nothing yet."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.analysis.state import SIZES, WORD
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import guarded
from kiter.spec.argument import Argument
from kiter.spec.expression import operand
from kiter.spec.walk import Counter

UNSIGNED = {"u64", "u32", "unsigned int", "unsigned long", "size_t"}


def counted(ctx: LoweringContext) -> tuple[str, ...]:
    """The checks of a range; the difference of two ints needs more than an int."""
    walk = ctx.cases[0].walk
    if not isinstance(walk, Counter) or walk.times:
        return ()
    start, end = (ctx.scope.in_new[name] for name in (walk.start, walk.end))
    lines = guarded(f"{start} > {end}", "return -EINVAL;")
    if walk.most is not None:
        wide = _widened(ctx, walk.end)
        most = operand(ctx.scope.new(walk.most))
        lines += guarded(f"{wide}{end} - {start} > {most}", "return -E2BIG;")
    return lines


def _widened(ctx: LoweringContext, name: str) -> str:
    """The cast under which the difference of two numbers in order is right."""
    argument = ctx.it.argument(name)
    ctype = argument.type if argument else "u64"
    if ctype in UNSIGNED:
        return ""
    return "(s64)" if SIZES.get(ctype, WORD) < WORD else "(u64)"


def flags(ctx: LoweringContext) -> Iterator[tuple[str, ...]]:
    """For each flag argument that selects no walk, a block that refuses what it may not have."""
    for argument in ctx.it.arguments:
        if argument.reserved:
            yield (f"if ({argument.name})", "\treturn -EINVAL;")
        elif argument.bits:
            yield guarded(f"{argument.name} & {unknown(argument)}", "return -EINVAL;")
        elif argument.combinations:
            values = (f"case {value.c}:" for value in argument.combinations)
            last = ("\tbreak;", "default:", "\treturn -EINVAL;", "}")
            yield (f"switch ({argument.name}) {{", *values, *last)


def unknown(argument: Argument) -> str:
    """The bits that are not known, as wide as the argument: ~ of an enumerator has 32 bits only."""
    known = " | ".join(value.c for value in argument.bits)
    wide = SIZES.get(argument.type, WORD) == WORD
    cast = f"({argument.type})" if wide else ""
    return f"~{cast}{f'({known})' if len(argument.bits) > 1 else known}"
