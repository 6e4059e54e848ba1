# SPDX-License-Identifier: GPL-2.0-only
"""The user-space half of the selftests: prog_tests/<name>_iter.c."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.play import held, world
from kiter.lower.scene import Scene
from kiter.lower.worlds import World
from kiter.spec.case import Case


@dataclass(frozen=True, slots=True)
class Row:
    """One walk in the test's table: its name, what user space expects, and what new() returns.

    `first` says whether the walk must begin at the object it was given, `empties` whether nothing
    is left of it when that object has left; `null` is new()'s answer
    to NULL in place of the object, `gone` its answer to an object that has left already.
    """

    name: str
    expect: str
    first: bool
    empties: bool
    null: str
    gone: str


@dataclass(frozen=True, slots=True)
class View:
    """`selector` is "" for an iterator without flags, `handle` the object argument, if any."""

    name: str
    world: World
    rows: tuple[Row, ...]
    oracles: tuple[str, ...]
    selector: str
    handle: str
    headers: tuple[str, ...]
    nullable: bool


def view(scene: Scene) -> View | None:
    """None for elements that user space has no picture of."""
    found = world(scene)
    if found is None:
        return None
    handles = held(scene)
    rows = tuple(_row(case) for case in scene.cases if case.expect)
    return View(
        name=scene.it.name,
        world=found,
        rows=rows,
        oracles=tuple(dict.fromkeys(row.expect for row in rows)),
        selector=scene.it.select,
        handle=handles[0][0].name if handles else "",
        headers=tuple(sorted({"pthread.h", *found.headers})),
        nullable=any(a.nullable for a in scene.it.arguments),
    )


def _row(case: Case) -> Row:
    start = getattr(case.walk, "start", None)
    return Row(
        name=case.flag or "all",
        expect=case.expect.removesuffix("_from_task"),
        empties=case.expect == "own_threads",
        first=case.expect.endswith("_from_task"),
        null="-EINVAL" if case.requires else "0",
        gone=f"-{start.errno}" if start else "0",
    )
