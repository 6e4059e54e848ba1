# SPDX-License-Identifier: GPL-2.0-only
"""The user-space half of the selftests: prog_tests/<name>_iter.c, on top of what all share (iter_tests.h)."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fixtures.fixture import Fixture
from kiter.fixtures.handle import SET_OFF
from kiter.lower.context import LoweringContext
from kiter.lower.selftests import members, walks
from kiter.lower.selftests.choosing import chosen, stored, varying
from kiter.lower.selftests.frame import fixture, held, place
from kiter.lower.selftests.hosts import hook_of, host
from kiter.lower.selftests.inputs import beside, table
from kiter.lower.selftests.variants import cases_refused, cases_told, flags, variants
from kiter.lower.selftests.walking import Ask, Keep, Question, asks, keeps, questions
from kiter.lower.view_class import view_class


@view_class()
class Flag:
    """A flag argument, with what a test needs to try other values of it."""

    title: str  # of the subtest
    name: str  # of the argument
    table: str  # the program's array of the good values
    beside: str  # that of the bits that each of them may have, "" for none
    mask: bool  # whether the good values are bits, any of which may be set


@view_class()
class Refused:
    """A call of new() by a case of the spec."""

    name: str  # of the case
    stored: tuple[tuple[str, str], ...]  # the arguments that it stores, and their values
    answer: str  # what new() says


@view_class(kw_only=True)
class View:
    """The test of one iterator."""

    name: str  # the iterator
    headers: tuple[str, ...]  # of the system
    helpers: tuple[str, ...] = ()  # headers of the selftests
    # what is taken from the user-space half of the fixture
    user: str
    walks: tuple[walks.Walk, ...]  # the table of them
    # the program's array of the values by which the walks differ, "" if they do not
    varying: str
    # what the programs are asked for: variables and their values
    chosen: tuple[tuple[str, str], ...]
    # C of user space for the number of an object that is always there, "" where the fixture has others
    present: str
    bare: str = ""  # for one without elements
    trigger: str  # for what has an attached program run, "" without
    # the argument that says where between the elements a walk begins
    place: str = ""
    asks: tuple[Ask | Question, ...]  # programs that ask companions
    keeps: tuple[Keep, ...] = ()  # programs that acquire what elements lead to
    refused: tuple[Refused, ...] = ()  # calls that new() refuses
    flags: tuple[Flag, ...]  # the flag arguments
    members: members.Members  # the rest of what the test says of its iterator


def view(ctx: LoweringContext) -> View:
    """The tests of one iterator: cases tell what a walk over numbers gives, user space of others."""
    told = cases_told(ctx)
    if ctx.it.lifetime == "state" and told:
        return _numbers(ctx)
    return _objects(ctx, fixture(ctx))


def _numbers(ctx: LoweringContext) -> View:
    hook = hook_of(ctx)
    return View(
        name=ctx.it.name,
        headers=headers_of(ctx, ()),
        user=hook.user.text_of({SET_OFF}) if hook else "",
        walks=walks.of_numbers(cases_told(ctx)),
        varying="",
        chosen=(*chosen(ctx, "0"), *_handles(ctx, ""), ("variant", "which")),
        present="",
        trigger=host(ctx).trigger,
        asks=(*asks(ctx), *questions(ctx)),
        flags=tuple(_flags(ctx)),
        members=members.of_numbers(ctx),
    )


def _objects(ctx: LoweringContext, found: Fixture) -> View:
    given = variants(ctx)
    said = members.of_objects(ctx, found, given)
    bare = found.bare if members.bare_answer(ctx, found, given) else ""
    return View(
        name=ctx.it.name,
        headers=headers_of(ctx, found.user.headers),
        helpers=found.user.helpers,
        user=user_of(ctx, found, members.called(ctx, said, given, bare)),
        walks=walks.of_objects(ctx, found, given),
        varying=varying(ctx),
        chosen=(*chosen(ctx, "which"), *_handles(ctx, "id"), *_nowhere(ctx)),
        present="" if found.names_starts else _present(ctx),
        bare=bare,
        trigger=host(ctx).trigger,
        place=place(ctx),
        asks=(*asks(ctx), *questions(ctx)),
        keeps=keeps(ctx),
        refused=tuple(Refused(c.name, stored(ctx, c), f"-{c.errno}") for c in cases_refused(ctx)),
        flags=tuple(_flags(ctx)),
        members=said,
    )


def _handles(ctx: LoweringContext, of_first: str) -> Iterator[tuple[str, str]]:
    """The numbers of the objects that programs are to acquire: of all but the first any that is there."""
    for index, (a, handle) in enumerate(held(ctx)):
        yield f"{a.name}_id", handle.present if index or not of_first else of_first


def _nowhere(ctx: LoweringContext) -> Iterator[tuple[str, str]]:
    """Where a walk begins that no test has begin between the elements."""
    if between := place(ctx):
        yield between, "0"


def _present(ctx: LoweringContext) -> str:
    return held(ctx)[0][1].present if held(ctx) else ""


def _flags(ctx: LoweringContext) -> Iterator[Flag]:
    for index, flag in enumerate(flags(ctx)):
        title = f"refused {flag.name}" if index else "refused"
        yield Flag(title, flag.name, table(index, flag.name), beside(index, flag), flag.mask)


def user_of(ctx: LoweringContext, found: Fixture, calls: frozenset[str]) -> str:
    """What is called of the fixture, and what sets off the programs, which another one may have."""
    hook = hook_of(ctx)
    if hook and hook.folder != found.folder:
        return found.user.text_of(calls - {SET_OFF}) + hook.user.text_of({SET_OFF})
    return found.user.text_of(calls)


def headers_of(ctx: LoweringContext, own: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the system that a test includes: a fixture's own, and what sets off the programs."""
    hook = hook_of(ctx)
    return tuple(sorted({*own, *host(ctx).headers, *(hook.user.headers if hook else ())}))
