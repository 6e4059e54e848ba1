# SPDX-License-Identifier: GPL-2.0-only
"""The user-space half of the selftests: prog_tests/<name>_iter.c."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.ctext import prototype
from kiter.lower.play import held, world
from kiter.lower.scene import Scene
from kiter.lower.worlds import World
from kiter.spec.case import Case
from kiter.spec.walk import start_of


@dataclass(frozen=True, slots=True)
class Row:
    """One walk in the test's table: its name, what user space expects, and what new() returns.

    `expect` is "" for a walk of which user space has no picture; `first` says whether the walk must
    begin at the object it was given, `empties` whether nothing is left of it when that object has
    left, `begins` whether a start that is all alone is an element itself; `null` is new()'s answer
    to NULL in place of the object, `gone` its answer to an object that has left already, 1 where
    the author's own checks decide.
    """

    name: str
    expect: str
    first: bool
    empties: bool
    begins: bool
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
    run_holding: tuple[str, ...]


def view(scene: Scene) -> View | None:
    """None for elements that user space has no picture of."""
    found = world(scene)
    if found is None:
        return None
    handles = held(scene)
    rows = tuple(_row(scene, case) for case in scene.cases)
    skeleton = f"struct {scene.it.name}_iter *skel"
    return View(
        name=scene.it.name,
        world=found,
        rows=rows,
        oracles=tuple(dict.fromkeys(row.expect for row in rows if row.expect)),
        selector=scene.it.select,
        handle=handles[0][0].name if handles else "",
        headers=tuple(sorted({"pthread.h", *found.headers})),
        nullable=any(a.nullable for a in scene.it.arguments),
        run_holding=prototype(
            "void", "run_holding", (skeleton, "struct bpf_program *prog", "void (*act)(void)"), "static"
        ),
    )


def _row(scene: Scene, case: Case) -> Row:
    start = start_of(case.walk)
    return Row(
        name=case.flag or "all",
        expect=case.expect.removesuffix("_from_task"),
        empties=case.expect == "own_threads",
        begins=case.expect not in ("", "children"),
        first=case.expect.endswith("_from_task"),
        null="-EINVAL" if case.requires else "0",
        gone="1" if scene.it.refusals or case.refusals else f"-{start.errno}" if start else "0",
    )
