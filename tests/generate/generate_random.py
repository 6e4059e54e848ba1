# SPDX-License-Identifier: GPL-2.0-only
"""Random specs that the linter takes, over the tasks of userspace/kernel.h."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Walk = Callable[[Random, str], str]
NEXT = "{c} == &init_task ? NULL : {c}->real_parent"
LIST = 'list: {{head: "&{of}->signal->thread_head", member: thread_node}}'
RAW = (
    "raw:\n  reads: []\n  writes: []\n  next: |\n    if (!pos)\n    \tpos = &init_task;\n    else\n"
    "    \tpos = next_task(pos) == &init_task ? NULL : next_task(pos);"
)


def _ring(r: Random, task: str, more: str = "") -> str:
    cursor = r.choice(["pos", "leader", "p"])
    return f'ring: {{as: {cursor}, anchor: "&init_task", next: next_task({cursor}){more}}}'


def _start(task: str) -> str:
    return f", start: {{from: {task}->group_leader, linked: pid_alive({task}), fails: {{ESRCH: it left}}}}"


def _nested(outer: str, inner: str) -> str:
    return f"nested:\n  - {outer}\n  - {inner}"


def _over_ring(more: str) -> str:
    ring = f'ring: {{as: leader, anchor: "&init_task", next: next_task(leader){more}}}'
    return _nested(ring, LIST.format(of="leader"))


def _up(steps: str) -> str:
    return _nested(f"cursor: {{as: leader, {steps}}}", LIST.format(of="leader"))


# What userspace/drive.c calls a walk -> ways to spell it; `task` is the name of the argument.
TASKLESS: dict[str, list[Walk]] = {
    "PROCESSES": [
        _ring,
        lambda r, task: RAW,
        lambda r, task: RAW.replace("|", "|2").replace("    ", "      "),
    ],
    "THREADS": [lambda r, task: _over_ring("")],
}
WITH_TASK: dict[str, list[Walk]] = {
    "PROCESSES_FROM_TASK": [lambda r, task: _ring(r, task, _start(task))],
    "THREADS_FROM_TASK": [lambda r, task: _over_ring(_start(task))],
    "OWN_THREADS": [lambda r, task: LIST.format(of=task)],
    "PARENTS": [lambda r, task: f'cursor: {{first: {task}, next: "{NEXT.format(c="pos")}"}}'],
    "PARENTS_THREADS": [
        lambda r, task: _up(f'first: {task}, next: "{NEXT.format(c="leader")}"'),
        lambda r, task: _up(f'next: "leader ? ({NEXT.format(c="leader")}) : {task}"'),
    ],
}


def _indent(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True)) + "\n"


def _arguments(r: Random, name: str, task: str, *, nullable: bool, values: str, number: bool) -> str:
    lines = []
    if task:
        null = ", nullable: true" if nullable else ""
        lines.append(f"{task}: {{type: struct task_struct *, keep: rcu{null}, doc: a task}}")
    if number:
        keep = ", keep: copy" if r.random() < 0.5 else ""
        lines.append(f"number: {{type: {r.choice(['int', 'u32', 'u64'])}{keep}, doc: a number}}")
    if values:
        kind = r.choice(["enum", f"enum {name}_flags"])
        lines.append(f"flags:\n  defines: {kind}\n  doc: what")
        lines.append(f"  type: {r.choice(['unsigned int', 'u32', 'int'])}\n  values:\n{_indent(values, 4)}")
    return "arguments:\n" + _indent("\n".join(lines), 2) if lines else ""


def _case(r: Random, expect: str, task: str, nullable: bool) -> str:
    """One walk with what new() must refuse for it."""
    walk = r.choice((TASKLESS | WITH_TASK)[expect])(r, task)
    if nullable and expect in WITH_TASK:
        walk = f"requires: [{task}]\n{walk}"
    if task and not nullable and r.random() < 0.3:
        walk = f'checks: [{{when: "!pid_alive({task})", fails: {{ESRCH: it has exited}}}}]\n{walk}'
    return walk


def _extras(r: Random, number: bool) -> str:
    """What a spec may say beside its walks."""
    text = ""
    if number:
        text += "checks: [{when: number > 100, fails: {ERANGE: it is large}}]\n"
        text += 'tests: {arguments: {number: "1"}}\n'
    if r.random() < 0.3:
        text += f"state:\n  extra: {{type: {r.choice(['u8', 'u32', 'bool'])}, init: '0'}}\n"
    return text + ("placement: {room: 9}\n" if r.random() < 0.3 else "")


def _cases(r: Random, expects: dict[str, str], task: str, nullable: bool) -> str:
    text, value = "", 0
    for flag, expect in expects.items():
        value += r.randint(1, 5)
        given = f"value: {value}\n" if r.random() < 0.5 else ""
        text += f"{flag}:\n" + _indent(f"doc: {expect}\n{given}{_case(r, expect, task, nullable)}", 2)
    return text


def random_spec(r: Random, name: str) -> tuple[str, dict[str, str]]:
    """The YAML of an iterator, and by flag what its walks must visit."""
    task, select, number = r.choice(["", "task", "start", "t"]), r.random() < 0.7, r.random() < 0.4
    nullable = bool(task) and select and r.random() < 0.4
    ways = TASKLESS | (WITH_TASK if task else {})
    chosen = r.sample(sorted(ways), r.randint(1, len(ways)) if select else 1)
    expects = {f"{name.upper()}_{e}" if select else "": e for e in chosen}
    values = _cases(r, expects, task, nullable) if select else ""
    walk = "" if select else f"walk:\n{_indent(r.choice(ways[chosen[0]])(r, task), 2)}"
    head = f"iterator: {name}\nsummary: walk\nelement: {{type: struct task_struct *, lifetime: rcu}}\n"
    arguments = _arguments(r, name, task, nullable=nullable, values=values, number=number)
    return f"{head}context: {{rcu: true}}\n{arguments}{_extras(r, number)}{walk}", expects
