# SPDX-License-Identifier: GPL-2.0-only
"""What the programs that only a prototype has in common have: a walk to make, and a fixture to make it in."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.selftests.frame import Frame, fixture, frame, held
from kiter.lower.selftests.inputs import Array, Case, arrays, cases, identity, tables
from kiter.lower.selftests.subtests import chosen
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
    frame: Frame
    # the variants as text: flag values or cases, or the one walk, "all"
    walks: tuple[str, ...]
    # the values of the flag arguments, and what user space stores of them for a walk
    tables: tuple[Array, ...]
    chosen: tuple[tuple[str, str], ...]
    # what the cases of numbers pass and store
    arrays: tuple[Array, ...]
    cases: tuple[Case, ...]
    # the object argument, "" when there is none
    handle: str
    # whether each iterator has elements of its own, at addresses of their own
    copied: bool
    # what the kernel calls the element `pos`, a C string, or ""
    label: str
    # the partial of the user-space half that creates elements and names where to start, and of what that
    # calls an element
    fixture: str
    user_label: str


def program(ctx: LoweringContext, absent: Container[str] = ()) -> Program | None:
    """None for elements that user space knows nothing of; `absent` are flag values to leave out."""
    found = fixture(ctx)
    if found is None or not found.shown:
        return None
    handles, given = held(ctx), tuple(_without(f, absent) for f in flags(ctx))
    told = cases(ctx, ctx.it.tests.cases)
    return Program(
        name=ctx.it.name,
        pos=declare(ctx.it.element, "pos"),
        identity=identity(ctx),
        naming=found.naming,
        frame=frame(ctx),
        walks=_walks(given, tuple(case.name for case in told)),
        tables=tables(given),
        chosen=tuple(chosen(ctx, "which")),
        arrays=arrays(ctx),
        cases=told,
        handle=handles[0][0].name if handles else "",
        copied=ctx.it.lifetime in ("state", "snapshot"),
        label=found.label,
        fixture=f"prototype/fixture_{found.name}.c.j2",
        user_label=f"prototype/label_{found.name}.c.j2",
    )


def _without(flag: Flag, absent: Container[str]) -> Flag:
    return replace(flag, values=tuple(v for v in flag.values if v not in absent))


def _walks(given: tuple[Flag, ...], cases: tuple[str, ...]) -> tuple[str, ...]:
    varying = given[0].values if given and not given[0].argument.reserved else ()
    return varying or cases or ("all",)
