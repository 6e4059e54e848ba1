# SPDX-License-Identifier: GPL-2.0-only
"""The reference page, Documentation/bpf/bpf_iter_<name>.rst."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kiter.lower import describe, names, prog
from kiter.lower.ctext import declare
from kiter.lower.play import world
from kiter.lower.scene import Scene
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.release import OLDEST


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and its explanation, in a definition list."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class View:
    """One page: every text is a finished line or paragraph of RST."""

    title: str
    lead: tuple[str, ...]
    usage: tuple[str, ...]
    arguments: tuple[Entry, ...]
    selector: str
    walks: tuple[Entry, ...]
    context: tuple[str, ...]
    errors: tuple[Entry, ...]
    notes: tuple[str, ...]
    file: str
    functions: tuple[str, ...]


def view(scene: Scene) -> View:
    """The page of one iterator."""
    it = scene.it
    return View(
        title=f"bpf_iter_{it.name}",
        lead=tuple(_lead(scene)),
        usage=_usage(scene),
        arguments=tuple(_argument_entry(scene, a) for a in it.arguments),
        selector=it.select,
        walks=tuple(_walk(case) for case in scene.cases if case.flag),
        context=_context(scene),
        errors=_errors(scene),
        notes=tuple(_spoken(text) for text in (*describe.paragraphs(scene), *describe.rings(scene))),
        file=names.own_file(it),
        functions=tuple(names.function(it, what) for what in ("new", "next", "destroy")),
    )


def _lead(scene: Scene) -> list[str]:
    it = scene.it
    element = it.element.rstrip(" *").removeprefix("struct ")
    lines = [f"An open-coded iterator to {it.summary}. Every element is a struct {element}."]
    facts = []
    if it.since != OLDEST:
        facts.append(f"since Linux {it.since[0]}.{it.since[1]}")
    if it.guard:
        facts.append(f"in kernels with ``{it.guard}``")
    if it.programs:
        facts.append(f"to programs of the types {_listed([p.replace('_', ' ') for p in it.programs])}")
    if facts:
        lines.append(f"It is available {', '.join(facts)}.")
    return lines


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _spoken(text: str) -> str:
    """Text with @argument and %CONSTANT as literals."""
    return re.sub(r"[@%](\w+)", r"``\1``", " ".join(text.split()))


def _walk(case: Case) -> Entry:
    return Entry(f"``{case.flag}``", _spoken(_sentence(case.doc)))


def _argument_entry(scene: Scene, argument: Argument) -> Entry:
    text = _sentence(_spoken(argument.doc))
    if argument.nullable:
        needed = [f"``{case.flag}``" for case in scene.cases if argument.name in case.requires]
        text += f" May be NULL, except with {_listed(needed)}." if needed else " May be NULL."
    return Entry(f"``{declare(argument.type, argument.name)}``", text)


def _usage(scene: Scene) -> tuple[str, ...]:
    it = scene.it
    first = f", {scene.cases[0].flag}" if scene.cases[0].flag else ""
    given = "".join(f", {_shown(scene, a)}" for a in it.arguments if a.name != it.select) + first
    found = world(scene)
    show = f'bpf_printk("%llu", (u64){prog.identity(scene)});' if found else "..."
    loop = (f"bpf_for_each({it.name}, pos{given})", f"\t{show}")
    inside = ("bpf_rcu_read_lock();", *loop, "bpf_rcu_read_unlock();") if it.rcu else loop
    return (declare(it.element, "pos") + ";", "", *inside)


def _shown(scene: Scene, argument: Argument) -> str:
    """NULL where the first walk takes it, the argument's name else."""
    return "NULL" if argument.nullable and argument.name not in scene.cases[0].requires else argument.name


def _context(scene: Scene) -> tuple[str, ...]:
    if not scene.it.rcu:
        return ("The iterator may be used in any program.",)
    return (
        "The whole loop must stand inside one RCU critical section, between ``bpf_rcu_read_lock()`` and "
        "``bpf_rcu_read_unlock()``, or in a program that runs inside one. The verifier refuses a program "
        "that leaves the section between ``new()`` and ``destroy()``, even when it enters another one at "
        "once.",
        "An element is valid until the critical section ends. To keep it longer, take a reference.",
    )


def _errors(scene: Scene) -> tuple[Entry, ...]:
    return tuple(
        Entry(f"``-{errno}``", _spoken(_sentence(reason))) for errno, reason in describe.failures(scene)
    )
