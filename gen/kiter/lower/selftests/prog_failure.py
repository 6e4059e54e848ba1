# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that the verifier must refuse: progs/<name>_iter_failure.c, on top of iter_refused.h."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.selftests.frame import frame, passes_rcu
from kiter.lower.selftests.misuse import Program, needs_rcu, programs
from kiter.lower.selftests.prog import Programs, marks
from kiter.lower.view_class import view_class


@view_class(kw_only=True)
class View(Programs):
    """All refusals of one iterator."""

    # those that it has alone
    programs: tuple[Program, ...]
    # how many there are with those that it shares
    refusals: int


def view(ctx: LoweringContext) -> View:
    """The failing programs of one iterator."""
    given = tuple(programs(ctx))
    around = frame(ctx, (symbol for program in given for symbol in program.ksyms))
    return View(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        frame=around,
        defines=(*marks(ctx, around), *_marks(ctx)),
        declared=declarations.in_tests(ctx),
        programs=tuple(program for program in given if program.template),
        refusals=len(given),
    )


def _marks(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    asked = {
        "ITER_NUMBERS": ctx.it.lifetime == "state",
        "ITER_NEEDS_RCU": needs_rcu(ctx),
        "ITER_PASSES_RCU": needs_rcu(ctx) and passes_rcu(ctx),
        "ITER_SLEEPS": ctx.it.context.sleepable,
        "ITER_IS_NUM": ctx.it.name == "num",
    }
    yield from ((name, "1") for name, holds in asked.items() if holds)
