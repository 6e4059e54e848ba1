# SPDX-License-Identifier: GPL-2.0-only
"""What the test programs have in common: how they come to the arguments of new()."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiter.lower.ctext import declare
from kiter.lower.rows import flags
from kiter.lower.scene import Scene
from kiter.lower.worlds import HANDLES, KSYMS, Handle, World, world_of
from kiter.spec.argument import Argument


@dataclass(frozen=True, slots=True)
class Play:
    """C of every test program: its kernel symbols, its variables, and its way in and out.

    `enter` acquires the arguments and returns 1 when that fails, `leave` gives them back,
    `lock` and `unlock` are what must stand round a walk, `passed` is what stands behind the iterator
    in a call of new(), with its comma.
    """

    ksyms: tuple[str, ...]
    inputs: tuple[str, ...]
    locals: tuple[str, ...]
    enter: tuple[str, ...]
    leave: tuple[str, ...]
    lock: tuple[str, ...]
    unlock: tuple[str, ...]
    passed: str


def held(scene: Scene) -> tuple[tuple[Argument, Handle], ...]:
    """The arguments that are kernel objects."""
    return tuple((a, HANDLES[a.type]) for a in scene.it.arguments if a.type in HANDLES)


def world(scene: Scene) -> World | None:
    """The surroundings of the elements, where they are known."""
    return world_of(scene.it)


def place(scene: Scene) -> str:
    """The argument that says where between the elements a walk begins, "" where there is none."""
    found = world(scene)
    return found.place if found and scene.it.argument(found.place) else ""


def varied(scene: Scene) -> tuple[Argument, ...]:
    """The arguments whose values a test chooses, as variables of the programs."""
    names = {flag.name for flag in flags(scene)} | {place(scene)}
    names |= {name for trial in scene.it.tests.cases for name, _ in trial.arguments}
    return tuple(a for a in scene.it.arguments if a.name in names)


def passed(scene: Scene, instead: tuple[str, str] = ("", "")) -> str:
    """The arguments of a call; `instead` is an argument's name and what to pass in its place."""
    given = dict(scene.it.tests.arguments)
    chosen = {a.name for a in varied(scene)}
    values: list[str] = []
    for a in scene.it.arguments:
        if a.implicit:
            continue
        if a.name == instead[0]:
            values.append(instead[1])
        elif a.type in HANDLES:
            values.append(HANDLES[a.type].passed.format(h=a.name))
        elif a.name not in chosen and a.name in given:
            values.append(scene.scope.snippet(given[a.name]).text)
        else:
            values.append(a.name)
    return "".join(f", {value}" for value in values)


def without(scene: Scene) -> str:
    """The arguments of a call that passes NULL where it may; "" when it may nowhere."""
    nullable = [a.name for a in scene.it.arguments if a.nullable]
    return passed(scene, (nullable[0], "NULL")) if nullable else ""


def play(scene: Scene, extra: Iterable[str] = ()) -> Play:
    """The frame of the programs of one iterator; `extra` are further kernel symbols they call."""
    handles = held(scene)
    wanted = {symbol for _, h in handles for symbol in (h.acquire, h.release)} | set(extra)
    wanted |= {"bpf_rcu_read_lock", "bpf_rcu_read_unlock"} if scene.it.rcu else set()
    return Play(
        ksyms=tuple(text for name, text in KSYMS.items() if name in wanted),
        inputs=(
            *(f"{h.id} {a.name}_id;" for a, h in handles),
            *(declare(a.type, a.name) + ";" for a in varied(scene)),
        ),
        locals=tuple(declare(h.holder, a.name) + ";" for a, h in handles),
        enter=tuple(line for i in range(len(handles)) for line in _acquire(handles, i)),
        leave=tuple(line for a, h in reversed(handles) for line in _release(a, h)),
        lock=("bpf_rcu_read_lock();",) if scene.it.rcu else (),
        unlock=("bpf_rcu_read_unlock();",) if scene.it.rcu else (),
        passed=passed(scene),
    )


def _acquire(handles: tuple[tuple[Argument, Handle], ...], index: int) -> tuple[str, ...]:
    a, h = handles[index]
    undo = [line for b, g in reversed(handles[:index]) for line in _release(b, g)]
    fail: tuple[str, ...] = (f"if (!{a.name})", "\treturn 1;")
    if undo:
        fail = (f"if (!{a.name}) {{", *(f"\t{line}" for line in undo), "\treturn 1;", "}")
    return (f"{a.name} = {h.acquire}({a.name}_id);", *fail)


def _release(a: Argument, h: Handle) -> tuple[str, ...]:
    return (f"{h.release}({a.name});",)
