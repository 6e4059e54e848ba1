# SPDX-License-Identifier: GPL-2.0-only
"""The test of an iterator over kernel objects: what a walk meets is compared with what user space sees."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fixtures.fixture import Fixture
from kiter.fixtures.handle import SET_OFF
from kiter.lower.context import LoweringContext
from kiter.lower.selftests import object_subtests, walks
from kiter.lower.selftests.frame import held, place
from kiter.lower.selftests.hosts import hook_of, host
from kiter.lower.selftests.object_subtests import Compare
from kiter.lower.selftests.subtests import Subtest, chosen, refused, varying
from kiter.lower.selftests.testfile import RETRIES, File, memory_defines
from kiter.lower.selftests.variants import variants
from kiter.lower.view_class import view_class


@view_class()
class Start:
    """How a function says which object a walk sets out from; each "" where new() takes none.

    A parameter and an argument come with the comma in front of them.
    """

    parameter: str = ""
    # the function's own parameter
    argument: str = ""
    # the first object, the one in `start`, and the scratch parent, below which elements are added
    of_first: str = ""
    of_each: str = ""
    of_scratch: str = ""


def _start(ctx: LoweringContext, found: Fixture) -> Start:
    """Where a fixture names no objects, walks set out from one that is always there."""
    given = held(ctx)
    if not given:
        return Start()
    first, each = (", id_of(0)", ", id_of(start)") if found.names_starts else (f", {given[0][1].present}", "")
    scratch = ", id_of_scratch()" if "id_of_scratch" in found.user.names else first
    return Start(", __u64 id", ", id", first, each, scratch)


@view_class(kw_only=True)
class Objects(File):
    """The test and its table, walks[], which has a variant for each walk."""

    # whether a program counts references, and not user space
    counts: bool
    # constants beside those that all tests have
    defines: tuple[tuple[str, str], ...]
    columns: tuple[walks.Column, ...]  # of the table
    variants: tuple[walks.Members, ...]  # its rows
    # the program's array of the values by which the variants differ, "" if they do not
    varying: str
    # what the programs are asked for: variables and their values
    chosen: tuple[tuple[str, str], ...]
    # a flag argument with a value that new() refuses, if there is one
    spoiled: tuple[tuple[str, str], ...]
    start: Start  # where the walks set out
    # the object argument, and the one that says where between the elements a walk begins: "" without
    handle: str
    place: str  # the argument that says where between elements one begins, "" for none
    # what all that is called takes from the user-space half of the fixture; whether that sets something up
    user: str
    sets_up: bool  # whether the user-space half sets something up
    # the partials of functions that subtests call
    functions: tuple[str, ...]
    # the subtest that compares with user space, if any walk is compared
    compare: Compare | None
    # the others of each walk, and those that are made once
    of_each: tuple[Subtest, ...]
    of_all: tuple[Subtest, ...]  # subtests that are made once

    @property
    def subtests(self) -> tuple[Subtest, ...]:
        """All of them, in the order of the file."""
        return (*([self.compare] if self.compare else []), *self.of_each, *self.of_all)

    @property
    def alone(self) -> bool:
        """Whether the walk that is compared sets out from no object."""
        return self.compare is not None and not self.handle

    @property
    def first(self) -> bool:
        """Whether some walk must begin at the object that it is given."""
        return self.compare is not None and self.compare.first

    @property
    def places(self) -> bool:
        """Whether a walk is compared from where `place` says."""
        return self.compare is not None and bool(self.compare.place)


def view(ctx: LoweringContext, found: Fixture) -> Objects:
    """The file, for elements that are those of a fixture."""
    handle, given = next((a.name for a, _ in held(ctx)), ""), variants(ctx)
    start = _start(ctx, found)
    refusals = tuple(refused(ctx, f"0{start.of_first}"))
    members = walks.members(ctx, found, given)
    compare = object_subtests.compare(ctx, found, given)
    of_each = tuple(object_subtests.of_each(ctx, found, given))
    of_all = (*object_subtests.of_all(ctx, found, given), *refusals, *object_subtests.null(ctx, found, given))
    subtests = (*([compare] if compare else []), *of_each, *of_all)
    return Objects(
        name=ctx.it.name,
        template="selftests/test/objects.c.j2",
        host=host(ctx),
        headers=_headers(ctx, found),
        helpers=found.user.helpers,
        counts=bool(found.references),
        defines=tuple(dict.fromkeys((*_defines(found), *memory_defines(ctx)))),
        columns=walks.columns(members),
        variants=members,
        varying=varying(ctx),
        chosen=tuple(_chosen(ctx, found, handle)),
        spoiled=tuple((r.flag, r.all) for r in refusals[:1]),
        start=start,
        handle=handle,
        place=place(ctx),
        user=_user(ctx, found, {*_calls(handle), *(name for subtest in subtests for name in subtest.calls)}),
        sets_up=found.sets_up,
        functions=tuple(_functions(found)),
        compare=compare,
        of_each=of_each,
        of_all=of_all,
    )


def _functions(found: Fixture) -> Iterator[str]:
    if found.references:
        yield "selftests/test/objects/references.c.j2"
    if found.creates:
        yield "selftests/test/objects/run_holding.c.j2"


def _calls(handle: str) -> tuple[str, ...]:
    """What every file calls of the fixture's user-space half."""
    return ("set_up", "tear_down", *(("id_of",) if handle else ()))


def _user(ctx: LoweringContext, found: Fixture, calls: set[str]) -> str:
    """What is called of the fixture, and what sets off the programs, which another one may have."""
    hook = hook_of(ctx)
    if hook and hook.folder == found.folder:
        return found.user.text_of({*calls, SET_OFF})
    return found.user.text_of(calls) + (hook.user.text_of({SET_OFF}) if hook else "")


def _headers(ctx: LoweringContext, found: Fixture) -> tuple[str, ...]:
    threads, hook = {"pthread.h"} if found.creates else set(), hook_of(ctx)
    own = hook.user.headers if hook else ()
    return tuple(sorted(threads | {*found.user.headers, *host(ctx).headers, *own}))


def _defines(found: Fixture) -> Iterator[tuple[str, str]]:
    if found.creates:
        yield from (("NR_CHURNS", "20"), RETRIES)
    if found.counts:
        yield "NR_WALKS", str(found.walks)
    yield "NR_TRIES", "20"


def _chosen(ctx: LoweringContext, found: Fixture, handle: str) -> Iterator[tuple[str, str]]:
    yield from chosen(ctx, "which")
    if handle:
        yield f"{handle}_id", "id"
    if place(ctx):
        yield place(ctx), "0"
    if found.creates:
        yield from (("hold", "0"), ("hold_at", "0"), ("held", "0"))
