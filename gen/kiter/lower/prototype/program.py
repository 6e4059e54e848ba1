# SPDX-License-Identifier: GPL-2.0-only
"""What the programs that only a prototype has in common have: a walk to make, and a fixture to make it in."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from kiter.fixtures.fixture import AROUND, Fixture
from kiter.fixtures.handle import SET_OFF
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.selftests.choosing import chosen
from kiter.lower.selftests.frame import Frame, fixture, frame, held
from kiter.lower.selftests.hosts import hook_of, host
from kiter.lower.selftests.inputs import Array, Case, arrays, cases, identity, naming, tables
from kiter.lower.selftests.prog_test import headers_of, user_of
from kiter.lower.selftests.variants import Flag, flags
from kiter.lower.view_class import view_class


@view_class()
class Program:
    """What a program that shows, and one that compares, have alike."""

    # the iterator
    name: str
    # the declaration of the pointer to an element
    pos: str
    # the number, over `pos`, that user space knows an element by
    identity: str
    # how the kernel names an element where that number is made of a name
    naming: str
    frame: Frame  # what stands around the walk
    # the variants as text: flag values or cases, or the one walk, "all"
    walks: tuple[str, ...]
    # the values of the flag arguments, and what user space stores of them for a walk
    tables: tuple[Array, ...]
    chosen: tuple[tuple[str, str], ...]  # variables that choose a walk, and their values
    # what the cases of numbers pass and store
    arrays: tuple[Array, ...]
    cases: tuple[Case, ...]  # of numbers
    # the object argument, "" when there is none
    handle: str
    # whether each iterator has elements of its own, at addresses of their own
    copied: bool
    # what the kernel calls the element `pos`, a C string, or ""
    label: str
    # what is taken from the user-space half of the fixture, with the headers of the system and of the
    # selftests that it includes
    user: str
    trigger: str  # C that has an attached program run, "" where the fixture does, or that runs by itself
    sets_off: bool  # whether user space does something to have it run
    run: str  # the partial of what runs a program
    headers: tuple[str, ...]  # that the user-space half includes
    helpers: tuple[str, ...]  # its functions
    # whether that sets something up, and has names for elements
    sets_up: bool
    labels: bool  # whether it has names for elements
    # the partial of what creates elements and names where to start
    demo: str
    # the number of an object to set out from where the fixture names none, "" if there is none
    present: str


def program(ctx: LoweringContext, absent: Container[str] = ()) -> Program:
    """For one iterator; `absent` are flag values to leave out."""
    found = fixture(ctx)
    handles, given = held(ctx), tuple(_without(f, absent) for f in flags(ctx))
    told = cases(ctx, ctx.it.tests.cases if ctx.it.lifetime == "state" else ())
    hook, where = hook_of(ctx), host(ctx)
    return Program(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        identity=identity(ctx),
        naming=naming(ctx),
        frame=frame(ctx),
        walks=_walks(given, tuple(case.name for case in told)),
        tables=tables(given),
        chosen=tuple(chosen(ctx, "which")),
        arrays=arrays(ctx),
        cases=told,
        handle=handles[0][0].name if handles else "",
        copied=ctx.it.lifetime in ("state", "snapshot"),
        label=found.label,
        user=user_of(ctx, found, frozenset({*DEMO, *([SET_OFF] if hook else [])})),
        trigger=where.trigger,
        sets_off=bool(hook or where.trigger),
        run="prototype/run_attached.c.j2" if where.attached else "prototype/run.c.j2",
        headers=headers_of(ctx, found.user.headers),
        helpers=found.user.helpers,
        sets_up=found.sets_up,
        labels="label_of" in found.user.names,
        demo=f"prototype/demo_of_{_demo(ctx, found)}.c.j2",
        present=handles[0][1].present if handles else "",
    )


# what user space can do for a demonstration
DEMO = ("demo_starts", "create_demo", "remove_demo", "label_of", "NR_STARTS", "id_of", *AROUND)


def _demo(ctx: LoweringContext, found: Fixture) -> str:
    """Which partial makes it: the fixture's own functions, those for tests, or nothing."""
    if "create_demo" in found.user.names:
        return "its_own"
    return "objects" if held(ctx) and found.names_starts else "what_is"


def _without(flag: Flag, absent: Container[str]) -> Flag:
    return replace(flag, values=tuple(v for v in flag.values if v not in absent))


def _walks(given: tuple[Flag, ...], cases: tuple[str, ...]) -> tuple[str, ...]:
    varying = given[0].values if given and not given[0].argument.reserved else ()
    return varying or cases or ("all",)
