# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that walk: progs/<name>_iter.c."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.btf.types import Function
from kiter.fixtures.known import fixture_like
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.selftests.frame import Frame, frame
from kiter.lower.selftests.inputs import Array, Case, arrays, cases, identity, tables
from kiter.lower.selftests.variants import cases_told, flags
from kiter.lower.selftests.walking import (
    Count,
    Program,
    asks,
    holds,
    irqs_off,
    keepers,
    programs,
    takes_memory,
)
from kiter.lower.view_class import view_class
from kiter.spec.expression import compared


@view_class()
class View:
    """The file, and what all of its programs share."""

    name: str  # the iterator
    # the declaration of the pointer to an element
    pos: str
    frame: Frame  # what stands round every walk
    # the number, over `pos`, that user space knows an element by
    identity: str
    compared: str  # the same as one side of a comparison
    # whether programs wait for the test to add and remove elements
    holds: bool
    # whether a walk is made with a lock held
    locks: bool
    headers: tuple[str, ...]  # of the kernel's selftests
    # constants beside those that all programs have
    defines: tuple[tuple[str, str], ...]
    # what no header declares
    declared: tuple[Function, ...]
    # the values of the flag arguments
    tables: tuple[Array, ...]
    # arrays that cases pass
    arrays: tuple[Array, ...]
    # how often next() is called after the end
    revived: int
    # declarations of what the test sets, and of what it reads beside what all programs find
    asked: tuple[str, ...]
    found: tuple[str, ...]  # declarations of what the test reads
    cases: tuple[Case, ...]  # of numbers
    # the partials of functions that programs call, or that the test runs before them
    functions: tuple[str, ...]
    programs: tuple[Program, ...]  # in their order


def view(ctx: LoweringContext) -> View:
    """The walking programs of one iterator."""
    given, around, alike = tuple(programs(ctx)), frame(ctx, keepers(ctx)), fixture_like(ctx.it)
    told = cases(ctx, cases_told(ctx))
    naming = alike.naming if alike else ""
    return View(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        frame=around,
        identity=identity(ctx),
        compared=compared(identity(ctx)),
        holds=holds(ctx),
        locks=ctx.it.context.spinlock,
        headers=("bpf/bpf_tracing.h",) if irqs_off(ctx) else (),
        defines=tuple(_defines(ctx, naming)),
        declared=declarations.in_tests(ctx),
        tables=tables(flags(ctx)),
        arrays=arrays(ctx),
        revived=3 if holds(ctx) else 2,
        asked=(*around.inputs, *_asked(around, ctx, told)),
        found=tuple(_found(around, ctx, given)),
        cases=told,
        functions=tuple(_functions(ctx, around, naming, told)),
        programs=given,
    )


def _defines(ctx: LoweringContext, naming: str) -> Iterator[tuple[str, str]]:
    if holds(ctx):
        yield from (("MAX_HELD", "(2 * 1000000000ULL)"), ("MAX_SPINS", "(8 * 1024 * 1024)"))
    if takes_memory(ctx):
        yield "WALKS_A_RUN", "1000"
    if naming:
        yield "MAX_NAME", "32"


def _asked(around: Frame, ctx: LoweringContext, told: tuple[Case, ...]) -> Iterator[str]:
    if around.host.attached:
        yield "int pid"
    if told:
        yield "int variant"
    if holds(ctx):
        yield from ("int hold", "u64 hold_at")


def _found(around: Frame, ctx: LoweringContext, given: tuple[Program, ...]) -> Iterator[str]:
    if around.host.attached:
        yield "int came_to"
    if any(isinstance(program, Count) for program in given):
        yield "s64 nr_references"
    if asks(ctx):
        yield "s64 said, says_drained, says_live, says_empty"
    if holds(ctx):
        yield "int held, released"


def _functions(ctx: LoweringContext, around: Frame, naming: str, told: tuple[Case, ...]) -> Iterator[str]:
    if around.host.attached:
        yield "selftests/frame/finish.c.j2"
    if naming:
        yield "selftests/prog/name_of.c.j2"
    if told:
        yield "selftests/prog/choose.c.j2"
    if holds(ctx):
        yield "selftests/prog/stay.c.j2"
