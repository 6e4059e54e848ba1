# SPDX-License-Identifier: GPL-2.0-only
"""What the flag arguments may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.statement import Statement
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument
from kiter.value_class import value_class


@value_class
class Value:
    """A value as C spells it, and what it means."""

    c: str
    doc: str


@view_class()
class Choice:
    """The values of one argument, behind a line that says what they are."""

    lead: Statement
    values: tuple[Value, ...]


def choices(ctx: LoweringContext, arguments: Iterable[Argument]) -> Iterator[Choice]:
    """What each of the flag arguments may be, and which bits it may have."""
    for argument in arguments:
        if argument.values:
            yield Choice(values(ctx, argument), tuple(Value(v.flag, v.doc) for v in argument.values))
        if argument.bits:
            yield Choice(bits(argument), tuple(Value(b.flag, b.doc) for b in argument.bits))


def values(ctx: LoweringContext, argument: Argument) -> Statement:
    """How the values of an argument are to be taken."""
    return Statement("cases" if argument == ctx.selector else "values", (argument.name,))


def bits(argument: Argument) -> Statement:
    """How the bits of an argument are to be taken."""
    return Statement("bits_beside" if argument.values else "bits", (argument.name,))
