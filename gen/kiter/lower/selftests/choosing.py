# SPDX-License-Identifier: GPL-2.0-only
"""How a test chooses a walk: the variables of the programs that it sets, and their values."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.selftests.inputs import table
from kiter.lower.selftests.variants import Flag, cases_refused, flags
from kiter.spec.testcase import TestCase


def chosen(ctx: LoweringContext, which: str) -> Iterator[tuple[str, str]]:
    """Each flag argument with its value for the walk `which`, and the other arguments that cases change."""
    for index, flag in enumerate(flags(ctx)):
        yield flag.name, f"skel->rodata->{table(index, flag.name)}[{which if varies(index, flag) else 0}]"
    given = dict(ctx.it.tests.arguments)
    others = {name for case in cases_refused(ctx) for name, _ in case.arguments}
    yield from ((name, given[name].text) for name in sorted(others) if name in given)


def stored(ctx: LoweringContext, case: TestCase) -> tuple[tuple[str, str], ...]:
    """What a refused case sets: user space knows the values of a flag by the array of the program."""
    known = {flag.name: (table(index, flag.name), flag.values) for index, flag in enumerate(flags(ctx))}
    return tuple((name, _value(known.get(name), value)) for name, value in case.arguments)


def _value(known: tuple[str, tuple[str, ...]] | None, value: str) -> str:
    if known and value in known[1]:
        return f"skel->rodata->{known[0]}[{known[1].index(value)}]"
    return value


def varies(index: int, flag: Flag) -> bool:
    """Whether the walks differ by the value of this flag."""
    return index == 0 and not flag.argument.reserved


def varying(ctx: LoweringContext) -> str:
    """The program's array of the values by which the walks differ, "" if they do not."""
    first = flags(ctx)[:1]
    return "".join(table(0, flag.name) for flag in first if varies(0, flag))
