# SPDX-License-Identifier: GPL-2.0-only
"""A spec to spoil, and a place to build it in that must stay as it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiter.cli.main import main

GOOD = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: spoilt
summary: walk over processes, or over the threads of one
includes: [linux/init_task.h, linux/sched/signal.h]
element: {type: struct task_struct *, lifetime: rcu}
context: {rcu: true}
arguments:
  task: {type: struct task_struct *, keep: rcu, doc: a thread of the process}
  flags:
    defines: enum
    doc: what to walk
    values:
      SPOILT_PROCS:
        doc: all processes
        ring: {anchor: "&init_task", next: next_task(pos)}
        expect: processes
      SPOILT_THREADS:
        doc: the threads of the process of @task
        list: {head: "&task->signal->thread_head", member: thread_node}
        expect: own_threads
"""
PLACE = re.compile(
    r"^(?P<file>.*?):(?P<line>\d+):(?P<column>\d+): error\[(?P<code>[A-Z]\d+)\]: ", re.MULTILINE
)


def spoilt(old: str, new: str) -> tuple[str, int]:
    """GOOD with something wrong in it, and the line where that begins."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new), GOOD[: GOOD.index(old)].count("\n") + 1


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@dataclass(frozen=True)
class Told:
    """How a command ended, what it said, and whether it left the output folder alone."""

    status: int
    out: str
    err: str
    untouched: bool

    @property
    def places(self) -> list[tuple[str, int, int, str]]:
        """File, line, column and code of each error that has them."""
        return [(m["file"], int(m["line"]), int(m["column"]), m["code"]) for m in PLACE.finditer(self.err)]

    @property
    def codes(self) -> list[str]:
        """The codes of all errors."""
        return re.findall(r"error\[([A-Z]\d+)\]", self.err)


Run = Callable[..., Told]


def runner(out: Path, capsys) -> Run:
    """run(arguments...): the command in this process, watched."""

    def run(*arguments: object) -> Told:
        before = tree(out)
        status = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.err and "internal error" not in said.err, said.err
        return Told(status, said.out, said.err, tree(out) == before)

    return run
