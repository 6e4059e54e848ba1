# SPDX-License-Identifier: GPL-2.0-only
"""What the messages of a patch series say: the commits' and that of the cover letter."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from kiter.layout.columns import TAB, call
from kiter.lower import describe
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.docs import example
from kiter.lower.docs.page import Entry
from kiter.lower.kernel import declarations, verifier
from kiter.lower.selftests import prog_failure
from kiter.markup import plain
from kiter.prose import listed
from kiter.spec.expression import split_arguments
from kiter.spec.model import NO_HEADER

COLUMNS = 75  # scripts/checkpatch.pl, COMMIT_LOG_LONG_LINE
INDENT = 4  # of code in a message
# The prefix of a subject, by the folder of the code.
_AREAS = {
    "kernel/bpf": "bpf",
    "kernel/sched/ext": "sched_ext",
    "tools/testing/selftests/bpf/test_kmods": "selftests/bpf",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The values of a flag argument, below a line that says whose they are."""

    heading: str
    values: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One iterator in a series; paragraphs are prose in one line, `usage` and `prototypes` lines of C.

    `by_hand` says that the kernel has it already; `rejected` is how many programs the verifier has to
    refuse, `verifier` what the patch does there, `tests` what it has of tests, `page` where the
    documentation goes.
    """

    name: str
    prefix: str
    by_hand: bool
    summary: str
    motivation: tuple[str, ...]
    usage: tuple[str, ...]
    prototypes: tuple[str, ...]
    choices: tuple[Choice, ...]
    rules: tuple[str, ...]
    verifier: tuple[str, ...]
    declared: str
    tests: tuple[str, ...]
    rejected: int
    page: str

    @property
    def verb(self) -> str:
        """What is done to it."""
        return "Rework the" if self.by_hand else "Add an"


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover letter: `parts` are the iterators, `changelog` what changed, newest version first."""

    subject: str
    motivation: tuple[str, ...]
    parts: tuple[View, ...]
    changelog: tuple[str, ...]


def view(
    ctx: LoweringContext, by_hand: bool = False, tests: Iterable[str] = (), gained: Container[str] = ()
) -> View:
    """What there is to say of one iterator; its patch has those `tests`, and what the verifier `gained`."""
    it = ctx.it
    return View(
        name=it.name,
        prefix=_area(it.source_file),
        by_hand=by_hand,
        summary=it.summary,
        motivation=it.series.motivation,
        usage=(declare(it.element, "pos") + ";", "", *_narrow(example.loop(ctx))),
        prototypes=tuple(_prototypes(ctx)),
        choices=tuple(_choices(ctx)),
        rules=tuple(_rules(ctx)),
        verifier=tuple(verifier.news(ctx, gained)),
        declared=_declared(ctx),
        tests=tuple(tests),
        rejected=len(prog_failure.view(ctx).programs),
        page=f"{ctx.profile.docs}/bpf_iter_{it.name}.rst",
    )


def cover(parts: Sequence[View], subjects: Sequence[str], changelog: Sequence[str]) -> Cover:
    """The letter for these iterators; `subjects` are those that the specs ask for, "" for none."""
    asked = next(filter(None, subjects), "")
    motivation = dict.fromkeys(text for part in parts for text in part.motivation)
    return Cover(asked or _subject(parts), tuple(motivation), tuple(parts), tuple(changelog))


def _subject(parts: Sequence[View]) -> str:
    prefix = parts[0].prefix if len({part.prefix for part in parts}) == 1 else "bpf"
    verb = "Rework the" if all(part.by_hand for part in parts) else "Add"
    several = [part.name for part in parts]
    if len(several) == 1:
        return f"{prefix}: {parts[0].verb} open coded {several[0]} iterator"
    short = f"{prefix}: {verb} open coded {listed(several)} iterators"
    return short if len(short) <= COLUMNS else f"{prefix}: {verb} {len(several)} open coded iterators"


def _choices(ctx: LoweringContext) -> Iterator[Choice]:
    """What each flag argument may be."""
    cases = tuple(Entry(case.flag, plain(case.doc)) for case in ctx.cases if case.flag)
    if cases:
        yield Choice(f"{ctx.it.select} selects what is visited:", cases)
    for a in ctx.it.arguments:
        values = tuple(Entry(value.c, plain(value.doc)) for value in a.bits or a.combinations)
        if values:
            yield Choice(f"{a.name} {describe.offered(a)}:", values)


def _declared(ctx: LoweringContext) -> str:
    """Where programs get the declarations from."""
    home = declarations.home(ctx)
    where = "here" if home == NO_HEADER else f"in {posixpath.basename(home)}"
    return f"Declare the kfuncs {where}, and test them:"


def _area(path: str) -> str:
    return _AREAS.get(posixpath.dirname(path), "bpf")


def _narrow(lines: Iterable[str]) -> Iterator[str]:
    """The lines, a call that is too long for a message broken between its arguments."""
    for line in lines:
        parts = split_arguments(line) if len(line) > COLUMNS - INDENT else None
        broken = call(*parts, ")", columns=COLUMNS - INDENT) if parts else (line,)
        yield from (broken[0], *(more.expandtabs(TAB) for more in broken[1:]))


def _prototypes(ctx: LoweringContext) -> Iterator[str]:
    """The declarations without what only a linker needs."""
    text = "\n".join(declarations.lines(ctx)).replace(declarations.KSYM, ");")
    return (line.removeprefix("extern ").expandtabs(TAB) for line in text.split("\n"))


def _rules(ctx: LoweringContext) -> Iterator[str]:
    """What a caller must know, and what is refused."""
    yield from (plain(text) for text in describe.paragraphs(ctx))
    yield from (plain(sentence) for sentence in describe.callers(ctx))
    if describe.failures(ctx):
        yield plain(describe.returns(ctx).replace("Return: 0", "new() returns 0", 1))
