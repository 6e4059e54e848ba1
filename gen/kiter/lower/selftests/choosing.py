# SPDX-License-Identifier: GPL-2.0-only
"""How a test chooses a walk: the variables of the programs that it sets, and their values."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.selftests.inputs import table
from kiter.lower.selftests.variants import Flag, cases_refused, flags


def chosen(ctx: LoweringContext, which: str) -> Iterator[tuple[str, str]]:
    """Each flag argument with its value for the walk `which`, and the other arguments that cases change."""
    for index, flag in enumerate(flags(ctx)):
        yield flag.name, f"skel->rodata->{table(index, flag.name)}[{which if varies(index, flag) else 0}]"
    given = dict(ctx.it.tests.arguments)
    others = {name for case in cases_refused(ctx) for name, _ in case.arguments}
    yield from ((name, given[name].text) for name in sorted(others) if name in given)


def varies(index: int, flag: Flag) -> bool:
    """Whether the walks differ by the value of this flag."""
    return index == 0 and not flag.argument.reserved


def varying(ctx: LoweringContext) -> str:
    """The program's array of the values by which the walks differ, "" if they do not."""
    first = flags(ctx)[:1]
    return "".join(table(0, flag.name) for flag in first if varies(0, flag))
