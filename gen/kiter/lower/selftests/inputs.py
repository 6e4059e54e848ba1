# SPDX-License-Identifier: GPL-2.0-only
"""What a test program is called with, flags, arrays and cases, and the number that tells an element."""

from __future__ import annotations

from collections.abc import Iterable

from kiter.fixtures.known import fixture_like
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.selftests.variants import Flag
from kiter.lower.view_class import view_class
from kiter.spec.testcase import TestCase


@view_class()
class Array:
    """An array with its values; `declaration` is that of one element of it."""

    name: str
    declaration: str
    values: tuple[str, ...]


@view_class()
class Case:
    """A test case by its name: each argument with the value that it gets."""

    name: str
    arguments: tuple[tuple[str, str], ...]


def tables(given: Iterable[Flag]) -> tuple[Array, ...]:
    """The constant array of each flag argument's values, and that of the bits beside them."""
    found: list[Array] = []
    for index, flag in enumerate(given):
        for name, values in ((table(index, flag.name), flag.values), (beside(index, flag), flag.beside)):
            if values:
                found.append(Array(name, declare(f"const {flag.argument.type}", name), values))
    return tuple(found)


def table(index: int, name: str) -> str:
    """What the array of a flag argument's values is called: the first is the one that varies."""
    return f"accepted_{name}" if index else "accepted"


def beside(index: int, flag: Flag) -> str:
    """What the array of the bits beside the values is called, "" where there are none."""
    return (f"beside_{flag.name}" if index else "beside") if flag.beside else ""


def arrays(ctx: LoweringContext) -> tuple[Array, ...]:
    """The arrays that cases pass."""
    return tuple(Array(a.name, declare(a.type, a.name), a.values) for a in ctx.it.tests.data)


def cases(ctx: LoweringContext, given: Iterable[TestCase]) -> tuple[Case, ...]:
    """Each case with the arguments that it stores."""
    return tuple(Case(case.name, _stored(ctx, case)) for case in given)


def _stored(ctx: LoweringContext, case: TestCase) -> tuple[tuple[str, str], ...]:
    given = dict(case.arguments)
    return tuple((a.name, given[a.name]) for a in ctx.it.arguments if a.name in given)


def identity(ctx: LoweringContext) -> str:
    """The number, over `pos`, by which user space knows an element."""
    given = ctx.it.tests.identity
    if given is not None:
        return given.text
    found = fixture_like(ctx.it)
    return found.identity if found else "(u64)pos"


def naming(ctx: LoweringContext) -> str:
    """How the kernel names an element where that number is made of a name, "" where it is not."""
    found = None if ctx.it.tests.identity else fixture_like(ctx.it)
    return found.naming if found else ""
