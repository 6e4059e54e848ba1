# SPDX-License-Identifier: GPL-2.0-only
"""What the flag arguments may be."""

from __future__ import annotations

from collections.abc import Iterator

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


def cases(ctx: LoweringContext) -> Choice | None:
    """The argument that selects the walk."""
    if not ctx.it.select:
        return None
    values = tuple(Value(case.flag, case.doc) for case in ctx.cases)
    return Choice(Statement("cases", (ctx.it.select,)), values)


def others(ctx: LoweringContext) -> Iterator[Choice]:
    """The arguments that select no walk."""
    for argument in ctx.it.arguments:
        if values := argument.bits or argument.combinations:
            yield Choice(lead(argument), tuple(Value(value.c, value.doc) for value in values))


def lead(argument: Argument) -> Statement:
    """How the values of an argument that selects no walk are to be taken."""
    return Statement("bits" if argument.bits else "combinations", (argument.name,))
