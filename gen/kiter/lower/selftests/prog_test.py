# SPDX-License-Identifier: GPL-2.0-only
"""The user-space half of the selftests: prog_tests/<name>_iter.c."""

from __future__ import annotations

from kiter.lower.context import LoweringContext
from kiter.lower.selftests import numbers, objects
from kiter.lower.selftests.frame import fixture
from kiter.lower.selftests.testfile import File
from kiter.lower.selftests.variants import cases_told


def view(ctx: LoweringContext) -> File:
    """The tests of one iterator: cases tell what a walk over numbers gives, user space of others."""
    if ctx.it.lifetime == "state" and cases_told(ctx):
        return numbers.view(ctx)
    return objects.view(ctx, fixture(ctx))
