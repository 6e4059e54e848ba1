# SPDX-License-Identifier: GPL-2.0-only
"""The user-space half of the selftests: prog_tests/<name>_iter.c."""

from __future__ import annotations

from kiter.lower.context import LoweringContext
from kiter.lower.selftests import numbers, objects
from kiter.lower.selftests.frame import fixture
from kiter.lower.selftests.testfile import File
from kiter.lower.selftests.variants import cases_told

UNKNOWN = "selftests/test/unknown.c.j2"


def view(ctx: LoweringContext) -> File:
    """The tests of one iterator.

    Of unknown elements, or of numbers that no case tells, only the refusals are tried.
    """
    found = fixture(ctx)
    if found is None:
        return File(name=ctx.it.name, template=UNKNOWN)
    if ctx.it.lifetime != "state":
        return objects.view(ctx, found)
    return numbers.view(ctx) if cases_told(ctx) else File(name=ctx.it.name, template=UNKNOWN)
