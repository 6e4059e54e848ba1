# SPDX-License-Identifier: GPL-2.0-only
"""What the programs that only a prototype has in common have: a walk to make, and a fixture to make it in."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from kiter.fixtures.fixture import PrototypeFixture
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.selftests.frame import Frame, fixture, frame, held
from kiter.lower.selftests.inputs import Array, Case, arrays, cases, identity, table, tables
from kiter.lower.selftests.variants import Flag, flags


@dataclass(frozen=True, slots=True)
class Program:
    """`walks` are the variants as text: flag values or cases, or the one walk, "all".

    `tables` are the flag values for the BPF program, `chosen` the flag arguments with their arrays;
    `arrays` and `cases` are what the cases of numbers store. `handle` is the object argument, "" when
    there is none. `copied` says that each iterator has elements of its own, at addresses of their own.
    """

    name: str
    pos: str
    identity: str
    naming: str
    frame: Frame
    walks: tuple[str, ...]
    tables: tuple[Array, ...]
    chosen: tuple[tuple[str, str, str], ...]
    arrays: tuple[Array, ...]
    cases: tuple[Case, ...]
    handle: str
    copied: bool
    fixture: PrototypeFixture


def program(ctx: LoweringContext, absent: Container[str] = ()) -> Program | None:
    """None for elements that user space knows nothing of; `absent` are flag values to leave out."""
    found = fixture(ctx)
    if found is None:
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
        chosen=tuple(
            (f.name, table(i, f.name), "0" if i or f.argument.reserved else "which")
            for i, f in enumerate(given)
        ),
        arrays=arrays(ctx),
        cases=told,
        handle=handles[0][0].name if handles else "",
        copied=ctx.it.lifetime in ("state", "snapshot"),
        fixture=found.prototype,
    )


def _without(flag: Flag, absent: Container[str]) -> Flag:
    return Flag(flag.argument, tuple(v for v in flag.values if v not in absent), flag.mask)


def _walks(given: tuple[Flag, ...], cases: tuple[str, ...]) -> tuple[str, ...]:
    varying = given[0].values if given and not given[0].argument.reserved else ()
    return varying or cases or ("all",)
