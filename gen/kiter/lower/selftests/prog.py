# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that walk: progs/<name>_iter.c, on top of what all iterators share (iter_walks.h)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.btf.types import Function
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.selftests.frame import Frame, fixture, frame
from kiter.lower.selftests.inputs import Array, Case, arrays, cases, identity, naming, tables
from kiter.lower.selftests.variants import cases_told, flags
from kiter.lower.selftests.walking import Program, irqs_off, keepers, programs, takes_memory
from kiter.lower.view_class import view_class


@view_class(kw_only=True)
class Programs:
    """A file of programs, what it says ahead of the header that it shares, and those it has beside it."""

    name: str  # the iterator
    # the declaration of the pointer to an element
    pos: str
    frame: Frame  # what stands round every walk
    headers: tuple[str, ...] = ()  # of libbpf
    # what the shared header asks for: macros and their values
    defines: tuple[tuple[str, str], ...]
    # what no header declares
    declared: tuple[Function, ...]


@view_class(kw_only=True)
class View(Programs):
    """The file, and what all of its programs share."""

    # the number, over `pos`, that user space knows an element by
    identity: str
    # whether that is made of a name
    naming: bool
    # the values of the flag arguments
    tables: tuple[Array, ...]
    # arrays that cases pass
    arrays: tuple[Array, ...]
    # declarations of what the test sets
    asked: tuple[str, ...]
    cases: tuple[Case, ...]  # of numbers
    beside: str  # those of the fixture
    programs: tuple[Program, ...]  # those that it has alone, in their order


def view(ctx: LoweringContext) -> View:
    """The walking programs of one iterator."""
    around, beside = frame(ctx, keepers(ctx)), fixture(ctx).programs
    told, names = cases(ctx, cases_told(ctx)), naming(ctx)
    return View(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        frame=around,
        identity=identity(ctx),
        naming=bool(names),
        headers=tuple(sorted({*beside.headers, *(("bpf/bpf_tracing.h",) if irqs_off(ctx) else ())})),
        defines=(*marks(ctx, around), *_marks(ctx), *named(names)),
        declared=declarations.in_tests(ctx),
        tables=tables(flags(ctx)),
        arrays=arrays(ctx),
        asked=(*around.inputs, *(("int variant",) if told else ())),
        cases=told,
        beside=beside.text,
        programs=tuple(programs(ctx)),
    )


def marks(ctx: LoweringContext, around: Frame) -> Iterable[tuple[str, str]]:
    """What every file tells the header that it shares."""
    asked = {
        "ITER_ATTACHED": around.host.attached,
        "ITER_OBJECTS": around.gets,
        "ITER_RCU": around.rcu,
    }
    return ((name, "1") for name, holds in asked.items() if holds)


def named(naming: str) -> tuple[tuple[str, str], ...]:
    """The longest name that a number is made of."""
    return (("MAX_NAME", "32"),) if naming else ()


def _marks(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    if given := flags(ctx):
        yield "ITER_FLAGS", given[0].name
    if takes_memory(ctx):
        yield "ITER_ALLOCATES", "1"
    if ctx.it.context.spinlock:
        yield "ITER_LOCKS", "1"
