# SPDX-License-Identifier: GPL-2.0-only
"""The selftests of the SEC("iter/...") form, on top of what all share (iter_seq_show.h, iter_seq_tests.h)."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fragment import Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.placement import Placement
from kiter.lower.selftests.frame import fixture, frame
from kiter.lower.selftests.hosts import Host
from kiter.lower.selftests.inputs import identity
from kiter.lower.selftests.members import Members, of_readers
from kiter.lower.selftests.prog import Programs, marks, named
from kiter.lower.selftests.walking import Program, counters
from kiter.lower.view_class import view_class
from kiter.spec.seq_form import SeqForm


@view_class(kw_only=True)
class View(Programs):
    """Both files: a program that shows elements beside one that walks, and the test that compares them."""

    target: str  # what programs attach to
    member: str  # what their context calls the element
    identity: str  # the number, over `pos`, that tells an element
    naming: str  # how the kernel names an element where that number is made of a name, or ""
    programs: tuple[Program, ...]  # what counts references of the elements, if a program does
    user: str  # what is taken from the user-space half of the fixture
    headers_of_test: tuple[str, ...]  # those of the system that this includes
    helpers: tuple[str, ...]  # those of the selftests
    trigger: str  # C of user space that has the walking program run, "" without
    members: Members  # what the test says of the open-coded form

    @property
    def host(self) -> Host:
        """How the walking program is run."""
        return self.frame.host


def view(ctx: LoweringContext, seq: SeqForm) -> View:
    """For one iterator that has the form."""
    found, around = fixture(ctx), frame(ctx)
    counts = tuple(count for count in counters(ctx) if any("pos" in one for one in count.counts))
    members = of_readers(ctx, found, bool(counts))
    return View(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        frame=around,
        defines=(*marks(ctx, around), *named(found.naming)),
        declared=declarations.in_tests(ctx),
        target=seq.target,
        member=seq.member,
        identity=identity(ctx),
        naming=found.naming,
        programs=counts,
        user=found.user.text_of(value for _, value in members),
        headers_of_test=tuple(sorted({*found.user.headers, *around.host.headers})),
        helpers=found.user.helpers,
        trigger=around.host.trigger,
        members=members,
    )


def prog(ctx: LoweringContext) -> Iterator[Placement]:
    """The BPF programs, progs/<name>_iter_seq.c."""
    yield from _file(ctx, "progs", "selftests/seq_prog.c.j2")


def test(ctx: LoweringContext) -> Iterator[Placement]:
    """The test, prog_tests/<name>_iter_seq.c."""
    yield from _file(ctx, "prog_tests", "selftests/seq_test.c.j2")


def _file(ctx: LoweringContext, folder: str, template: str) -> Iterator[Placement]:
    if ctx.it.seq:
        path = f"{ctx.profile.selftests}/{folder}/{ctx.it.name}_iter_seq.c"
        yield Placement(Fragment.new(path, ""), view(ctx, ctx.it.seq), whole=template)
