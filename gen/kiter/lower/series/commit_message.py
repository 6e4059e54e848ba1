# SPDX-License-Identifier: GPL-2.0-only
"""What the messages of a patch series speak of: the commits' and the cover letter's."""

from __future__ import annotations

import posixpath
from collections.abc import Container, Sequence

from kiter.btf.types import Function
from kiter.lower import callers, choices, failures, names
from kiter.lower.choices import Choice
from kiter.lower.context import LoweringContext
from kiter.lower.docs import cost, example
from kiter.lower.failures import Group
from kiter.lower.kernel import declarations, verifier
from kiter.lower.selftests import prog_failure
from kiter.lower.statement import Statement
from kiter.lower.view_class import view_class
from kiter.output import Kind
from kiter.spec.model import NO_HEADER
from kiter.tested import Run

# The prefix of a subject, by the folder of the code.
_AREAS = {
    "kernel/bpf": "bpf",
    "kernel/sched/ext": "sched_ext",
    "tools/testing/selftests/bpf/test_kmods": "selftests/bpf",
}


@view_class()
class View:
    """One iterator in a series."""

    name: str  # the iterator
    prefix: str  # of the subject
    # whether the kernel has it already
    by_hand: bool
    summary: str  # what it is for
    motivation: tuple[str, ...]  # the author's paragraphs on why
    loop: example.Loop  # over the elements
    prototypes: tuple[Function, ...]  # what programs call
    choices: tuple[Choice, ...]  # the values of its flags
    # the author's paragraphs
    notes: tuple[str, ...]
    callers: tuple[Statement, ...]  # where it may be called
    lifetime: Statement  # what keeps an element alive
    costs: tuple[tuple[Statement, ...], ...]  # paragraphs on memory, steps and locks
    failures: tuple[Group, ...]  # of new(), by their errors
    # what the patch does in the verifier
    verifier: tuple[Statement, ...]
    # the header that declares the kfuncs to programs, "" for none
    header: str
    # whether the patch of the tests declares the kfuncs, and compares walks with what user space sees
    declares: bool
    compares: bool  # whether the tests compare walks with what user space sees
    shares: bool  # whether it brings what the tests of all iterators share
    # how many programs there are that the verifier must refuse
    rejected: int
    # what programs of SEC("iter/...") attach to, "" where the patch brings no such form
    target: str
    reads: bool  # whether the tests read files of that form


@view_class()
class Beside:
    """The iterators that the tree has over the element of one of the series."""

    name: str  # the iterator of the series
    # what next() returns, without the asterisk
    element: str
    # each with the file that it is in, "" where that is not known
    others: tuple[tuple[str, str], ...]
    # why there should be another one
    reasons: tuple[str, ...]


@view_class()
class Tested:
    """The runs in which an iterator passed its tests."""

    name: str  # the iterator
    runs: tuple[Run, ...]  # none where nobody has run it as it is


@view_class()
class Cover:
    """The cover letter."""

    # what the spec asks for, "" for the usual one
    subject: str
    prefix: str  # of the subject
    # whether the kernel has all of them already
    rework: bool
    names: tuple[str, ...]  # the iterators
    motivation: tuple[str, ...]  # the author's paragraphs on why
    beside: tuple[Beside, ...]  # what the tree has over the same elements
    parts: tuple[View, ...]  # what is said of each
    tested: tuple[Tested, ...]  # how each was tested
    # what changed, newest version first
    changelog: tuple[str, ...]


def view(
    ctx: LoweringContext, by_hand: bool = False, tests: Container[Kind] = (), gained: Container[str] = ()
) -> View:
    """What there is to say of one iterator; its patch has those `tests`, and what the verifier `gained`."""
    it, home = ctx.it, declarations.home(ctx)
    return View(
        name=it.name,
        prefix=_AREAS.get(posixpath.dirname(it.source_file), "bpf"),
        by_hand=by_hand,
        summary=it.summary,
        motivation=it.series.motivation,
        loop=example.loop(ctx),
        prototypes=declarations.prototypes(ctx),
        choices=tuple(choices.choices(ctx, it.arguments)),
        notes=callers.notes(ctx),
        callers=callers.callers(ctx),
        lifetime=Statement(it.lifetime, (names.function(it, "next"), names.function(it, "destroy"))),
        costs=cost.paragraphs(ctx),
        failures=failures.by_errno(failures.failures(ctx)),
        verifier=tuple(verifier.news(ctx, gained)),
        header="" if home == NO_HEADER else posixpath.basename(home),
        declares=Kind.DECLARATIONS in tests,
        compares=Kind.PROG_TEST in tests,
        shares=Kind.TEST_HEADER in tests,
        rejected=prog_failure.view(ctx).refusals if Kind.PROG_FAILURE in tests else 0,
        target=it.seq.target if it.seq and not by_hand else "",
        reads=Kind.SEQ_TEST in tests,
    )


def cover(
    parts: Sequence[View],
    subjects: Sequence[str],
    changelog: Sequence[str],
    beside: Sequence[Beside],
    tested: Sequence[Tested],
) -> Cover:
    """The letter for these iterators; `subjects` are those that the specs ask for, "" for none."""
    return Cover(
        subject=next(filter(None, subjects), ""),
        prefix=parts[0].prefix if len({part.prefix for part in parts}) == 1 else "bpf",
        rework=all(part.by_hand for part in parts),
        names=tuple(part.name for part in parts),
        motivation=tuple(dict.fromkeys(text for part in parts for text in part.motivation)),
        beside=tuple(beside),
        parts=tuple(parts),
        tested=tuple(tested),
        changelog=tuple(changelog),
    )
