# SPDX-License-Identifier: GPL-2.0-only
"""The selftests of the SEC("iter/...") form: it gives what the open-coded one does, however it is read."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.btf.types import Function
from kiter.fixtures.fixture import AROUND, REFERENCES
from kiter.fragment import Fragment
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.placement import Placement
from kiter.lower.selftests.frame import Frame, fixture, frame
from kiter.lower.selftests.hosts import Host
from kiter.lower.selftests.inputs import identity
from kiter.lower.view_class import view_class
from kiter.spec.seq_form import SeqForm


@view_class()
class View:
    """Both files: a program that shows elements beside one that walks, and the test that compares them."""

    name: str  # of the iterator
    target: str  # what programs attach to
    member: str  # what their context calls the element
    pos: str  # the declaration of the pointer to an element
    identity: str  # the number, over `pos`, that tells an element
    naming: str  # how the kernel names an element where that number is made of a name, or ""
    frame: Frame  # what stands around the walk
    declared: tuple[Function, ...]  # what no header declares
    functions: tuple[str, ...]  # the partials of functions that the programs call
    counts: tuple[str, ...]  # references that the walking program counts
    references: bool  # whether it, or user space, can count any
    user: str  # what is taken from the user-space half of the fixture
    headers: tuple[str, ...]  # those of the system that this includes
    helpers: tuple[str, ...]  # those of the selftests
    sets_up: bool  # whether it sets something up

    @property
    def host(self) -> Host:
        """How the walking program is run."""
        return self.frame.host


def view(ctx: LoweringContext, seq: SeqForm) -> View:
    """For one iterator that has the form."""
    found, around = fixture(ctx), frame(ctx)
    counts = tuple(count for count in found.references if "pos" in count)
    return View(
        name=ctx.it.name,
        target=seq.target,
        member=seq.member,
        pos=declare(ctx.it.element, "pos"),
        identity=identity(ctx),
        naming=found.naming,
        frame=around,
        declared=declarations.in_tests(ctx),
        functions=tuple(_functions(around, found.naming)),
        counts=counts,
        references=bool(counts) or REFERENCES in found.user.names,
        user=found.user.text_of((*AROUND, *([] if counts else [REFERENCES]))),
        headers=tuple(sorted({*found.user.headers, *around.host.headers})),
        helpers=found.user.helpers,
        sets_up=found.sets_up,
    )


def _functions(around: Frame, naming: str) -> Iterator[str]:
    if around.host.attached:
        yield "selftests/frame/finish.c.j2"
    if naming:
        yield "selftests/prog/name_of.c.j2"


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
