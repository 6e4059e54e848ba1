# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that the verifier must refuse: progs/<name>_iter_failure.c."""

from __future__ import annotations

from kiter.btf.types import Function
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.selftests.frame import Frame, frame
from kiter.lower.selftests.misuse import Program, programs
from kiter.lower.view_class import view_class


@view_class()
class View:
    """All refusals of one iterator."""

    name: str
    # the declaration of the pointer to an element
    pos: str
    frame: Frame
    # what no header declares
    declared: tuple[Function, ...]
    # the words of the iterator's state
    words: int
    programs: tuple[Program, ...]


def view(ctx: LoweringContext) -> View:
    """The failing programs of one iterator."""
    given = tuple(programs(ctx))
    return View(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        frame=frame(ctx, (symbol for program in given for symbol in program.ksyms)),
        declared=declarations.in_tests(ctx),
        words=ctx.state.words,
        programs=given,
    )
