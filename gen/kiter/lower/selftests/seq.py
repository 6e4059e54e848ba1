# SPDX-License-Identifier: GPL-2.0-only
"""The selftests of the SEC("iter/...") form, on top of what all share (iter_seq_show.h, iter_seq_tests.h)."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fixtures.known import handles_of
from kiter.fragment import Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.placement import Placement
from kiter.lower.selftests.choosing import chosen
from kiter.lower.selftests.frame import fixture, frame, held, place
from kiter.lower.selftests.hosts import Host
from kiter.lower.selftests.inputs import Array, arrays, identity, naming, tables
from kiter.lower.selftests.members import Members, of_readers
from kiter.lower.selftests.prog import Programs, marks, named
from kiter.lower.selftests.seq_links import Links, links
from kiter.lower.selftests.variants import flags
from kiter.lower.selftests.walking import Program, counters
from kiter.lower.view_class import view_class
from kiter.spec.seq_form import SeqForm, Shown


@view_class(kw_only=True)
class View(Programs):
    """Both files: a program that shows elements beside one that walks, and the test that compares them."""

    target: str  # what programs attach to
    member: Shown  # the member of the context that is the element, or that it is part of
    part: str  # the element in that case, ""  otherwise
    identity: str  # the number, over `pos`, that tells an element
    naming: str  # how the kernel names an element where that number is made of a name, or ""
    programs: tuple[Program, ...]  # what counts references of the elements, if a program does
    user: str  # what is taken from the user-space half of the fixture
    headers_of_test: tuple[str, ...]  # those of the system that this includes
    helpers: tuple[str, ...]  # those of the selftests
    trigger: str  # C of user space that has the walking program run, "" without
    members: Members  # what the test says of the open-coded form
    tables: tuple[Array, ...]  # the values of the flag arguments
    arrays: tuple[Array, ...]  # arrays that cases pass
    chosen: tuple[tuple[str, str], ...]  # what the walking program is asked for: variables and their values
    present: str  # C of user space for the number of an object, "" where the fixture has others
    links: Links  # what links are asked for

    @property
    def host(self) -> Host:
        """How the walking program is run."""
        return self.frame.host


def view(ctx: LoweringContext, seq: SeqForm) -> View:
    """For one iterator that has the form."""
    found, around = fixture(ctx), frame(ctx)
    counts = tuple(counters(ctx))
    members = of_readers(ctx, found, bool(counts))
    return View(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        frame=around,
        defines=(*marks(ctx, around), *named(naming(ctx))),
        declared=declarations.in_tests(ctx),
        target=seq.target,
        member=(member := _member(ctx, seq)),
        part=_part(ctx, member),
        identity=identity(ctx),
        naming=naming(ctx),
        programs=counts,
        user=found.user.text_of([*(value for _, value in members), *(value for _, value in _placed(ctx))]),
        headers_of_test=tuple(sorted({*found.user.headers, *around.host.headers})),
        helpers=found.user.helpers,
        trigger=around.host.trigger,
        members=members,
        tables=tables(flags(ctx)),
        arrays=arrays(ctx),
        chosen=(*chosen(ctx, "which"), *_placed(ctx), *_handles(ctx)),
        present="" if found.names_starts or not held(ctx) else held(ctx)[0][1].present,
        links=links(ctx, seq),
    )


def _handles(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """The numbers of the objects that the program is to acquire."""
    for index, (a, handle) in enumerate(held(ctx)):
        yield f"{a.name}_id", handle.present if index else "id"


def _placed(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """Where a walk begins between the elements: at the first."""
    if between := place(ctx):
        yield between, "0"


def _member(ctx: LoweringContext, seq: SeqForm) -> Shown:
    """The member of the context that an element can be told by."""
    known = (ctx.it.element, _holder(ctx))
    return next((shown for kind in known for shown in seq.shows if shown.type == kind), seq.shows[0])


def _part(ctx: LoweringContext, member: Shown) -> str:
    handle = handles_of(ctx.it).get(ctx.it.element)
    other = handle and member.type == handle.holder != ctx.it.element
    return handle.given(member.name) if handle and other else ""


def _holder(ctx: LoweringContext) -> str:
    """The type of what an element is part of, "" for none."""
    handle = handles_of(ctx.it).get(ctx.it.element)
    return handle.holder if handle else ""


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
