# SPDX-License-Identifier: GPL-2.0-only
"""The user-space half of the selftests: prog_tests/<name>_iter.c."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiter.fixtures.fixture import Fixture
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import prototype
from kiter.lower.selftests import prog
from kiter.lower.selftests.frame import fixture, held, place
from kiter.lower.selftests.variants import Flag, Variant, cases_told, flags, rows
from kiter.spec.testcase import TestCase

WIDE = frozenset({"u64", "s64", "unsigned long", "long", "size_t"})
HELPERS = frozenset({"cgroup_helpers.h"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A flag argument: `table` has its good values, the functions that try others are called *`ending`."""

    name: str
    table: str
    type: str
    all: str
    mask: bool
    varies: bool
    ending: str


@dataclass(frozen=True, slots=True)
class Objects:
    """The test of an iterator over objects.

    `table` are the rows of walks[], `columns` the members that they use, `oracles` the functions
    that they name. `handle` is the object argument, `place` the one that says where the walk
    begins, each "" when there is none, and `places` that a walk is compared from there; `come` and
    `go` are what fills and empties the yard. `irqs_off` is what new() says with interrupts off,
    `bare` of an object without elements. `keeps` are the programs that acquire what an element leads to.
    """

    table: tuple[str, ...]
    columns: frozenset[str]
    oracles: tuple[str, ...]
    refused: tuple[Refused, ...]
    handle: str
    place: str
    places: bool
    nullable: bool
    run_holding: tuple[str, ...]
    come: tuple[str, ...]
    go: tuple[str, ...]
    irqs_off: str
    bare: str
    keeps: tuple[prog.Keep, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The test of an iterator over numbers: its rows, the longest of which has `most` elements.

    `good` is the first row in which new() does not fail.
    """

    table: tuple[str, ...]
    refused: tuple[Refused, ...]
    good: int
    under_lock: bool
    most: int
    companions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """`objects`, `numbers` or neither is there: of unknown elements, or of numbers that no case tells, only
    the refusals are tried.
    """

    name: str
    fixture: Fixture | None
    headers: tuple[str, ...]
    helpers: tuple[str, ...]
    spends: bool
    objects: Objects | None
    numbers: Numbers | None


def view(ctx: LoweringContext) -> View:
    """The tests of one iterator."""
    found = fixture(ctx)
    counted = found is not None and ctx.it.lifetime == "state"
    numbers = counted and bool(cases_told(ctx))
    headers = set(found.headers) if found else set()
    return View(
        name=ctx.it.name,
        fixture=found,
        headers=tuple(sorted((headers | ({"pthread.h"} if found and found.comes else set())) - HELPERS)),
        helpers=tuple(sorted(headers & HELPERS)),
        spends=found is not None and prog.spends(ctx),
        objects=_objects(ctx, found) if found and not counted else None,
        numbers=_numbers(ctx) if numbers else None,
    )


def _objects(ctx: LoweringContext, found: Fixture) -> Objects:
    given = rows(ctx)
    handles = held(ctx)
    skeleton = f"struct {ctx.it.name}_iter *skel"
    entries = [_entry(row, found, bool(handles), any(a.nullable for a, _ in handles)) for row in given]
    coming, going = (([f"{f}();"] if found.comes else []) for f in ("arrive", "leave"))
    if handles:
        come, go = found.start
        coming = [*([] if come == "arrive" else coming), f"id = {come}();"]
        going = [*([] if go == "leave" else going), f"{go}();"]
    return Objects(
        table=tuple(line for entry in entries for line in _initializer(entry)),
        columns=frozenset(key for entry in entries for key in entry),
        oracles=tuple(dict.fromkeys(r.oracle.function for r in given if r.oracle)),
        refused=tuple(_refused(i, f) for i, f in enumerate(flags(ctx))),
        handle=handles[0][0].name if handles else "",
        place=place(ctx),
        places=bool(place(ctx)) and any(row.oracle for row in given),
        nullable=any(a.nullable for a, _ in handles),
        run_holding=prototype(
            "void", "run_holding", (skeleton, "struct bpf_program *prog", "void (*act)(void)"), "static"
        ),
        come=tuple(coming),
        go=tuple(going),
        irqs_off=f"-{dict(ctx.it.context.refuse)['irqs_off']}" if prog.irqs_off(ctx) else "",
        bare=given[0].gone if found.bare and handles and given[0].gone.startswith("-") else "",
        keeps=prog.keeps(ctx),
    )


def _entry(row: Variant, found: Fixture, handle: bool, nullable: bool) -> dict[str, str]:
    """The members of a row that are not zero."""
    oracle = row.oracle
    entry = {"name": f'"{row.name}"', "expect": oracle.function if oracle else ""}
    if oracle and handle:
        entry["first"] = "true" if oracle.first else ""
        entry["begins"] = "true" if oracle.alone else ""
        entry["empties"] = "true" if oracle.gone else ""
    if oracle and found.comes:
        entry["meets"] = "true" if oracle.guest else ""
    if nullable:
        entry["null"] = "-EINVAL" if row.needs else ""
    if handle:
        entry["gone"] = row.gone if row.gone != "0" else ""
    return {key: value for key, value in entry.items() if value}


def _initializer(entry: dict[str, str]) -> Iterable[str]:
    members = [f".{key} = {value}" for key, value in entry.items()]
    line = f"{{ {', '.join(members)} }},"
    return (line,) if len(line) <= 72 else ("{", *(f"\t{member}," for member in members), "},")


def _refused(index: int, flag: Flag) -> Refused:
    wide = flag.argument.type in WIDE
    return Refused(
        name=flag.name,
        table=prog.table(index, flag.name),
        type="__u64" if wide else "__u32",
        all="~0ULL" if wide else "~0U",
        mask=flag.mask,
        varies=index == 0 and not flag.argument.reserved,
        ending=f"_{flag.name}" if index else "",
    )


def _numbers(ctx: LoweringContext) -> Numbers:
    cases = cases_told(ctx)
    return Numbers(
        table=tuple(line for trial in cases for line in _trial(trial)),
        refused=tuple(_refused(index, flag) for index, flag in enumerate(flags(ctx))),
        good=next((index for index, trial in enumerate(cases) if not trial.errno), 0),
        under_lock=ctx.it.context.spinlock,
        most=max((len(trial.values) for trial in cases), default=0),
        companions=tuple(companion.name for companion in prog.companions(ctx)),
    )


def _trial(trial: TestCase) -> Iterable[str]:
    name = f'"{trial.name}"'
    if trial.errno:
        return (f"{{ {name}, .err = -{trial.errno} }},",)
    if not trial.values:
        return (f"{{ {name} }},",)
    values = ", ".join(map(str, trial.values))
    return (f"{{ {name}, .nr = {len(trial.values)}, .values = {{ {values} }} }},",)
