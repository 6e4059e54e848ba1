# SPDX-License-Identifier: GPL-2.0-only
"""Emitted kfuncs as a program of user space: userspace/ is the kernel, this is what joins the two."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generate_support import TODAY

from kiter.generate import generate
from kiter.output import Kind
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.model import Spec
from kiter.spec.walk import start_of

HERE = Path(__file__).parent / "userspace"
FLAGS = ("-std=gnu11", "-Wall", "-Werror", "-g", "-O1", "-fno-omit-frame-pointer")
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
SOURCES = {"struct task_struct *": "task", "struct cgroup_subsys_state *": "css"}


@dataclass(frozen=True)
class Subject:
    """An iterator, and by flag what userspace/drive.c calls the walk that it must do."""

    it: Spec
    expects: Mapping[str, str]


def kfuncs(it: Spec) -> str:
    """The three functions, without what only the kernel's build knows."""
    # the helpers of those with a SEC("iter/...") form are for its readers
    plain = replace(it, seq=None, helpers=()) if it.seq else it
    made = generate(plain, TODAY).of(Kind.KFUNCS)
    assert made is not None
    body = made.text.partition(f"{TODAY.kfuncs_close}\n")[0]
    outside = ("#include", "#ifdef", "#endif")
    return "".join(line for line in body.splitlines(keepends=True) if not line.startswith(outside))


def _passed(it: Spec, a: Argument) -> str:
    if a.name == it.select:
        return "given->flags"
    return f"given->{SOURCES.get(a.type, 'number')}"


def _null(it: Spec, case: Case) -> int | str:
    if not any(a.nullable for a in it.arguments):
        return 1
    return "-EINVAL" if case.requires else 0


def _dead(case: Case) -> int | str:
    """What new() says of a task that has exited: the start of a ring or a check asks pid_alive()."""
    start = start_of(case.walk)
    checks = [(refusal.when.text, refusal.errno) for refusal in case.refusals]
    checks += [("!" + start.linked.text, start.errno)] if start else []
    return next((f"-{errno}" for when, errno in checks if when.startswith("!pid_alive(")), 1)


def _glue(subject: Subject) -> str:
    """A row for drive.c, and functions that know the iterator's types."""
    it = subject.it
    name = f"bpf_iter_{it.name}"
    passed = "".join(f", {_passed(it, a)}" for a in it.arguments)
    walks = (
        f"{{ {case.flag or 0}, {subject.expects[case.flag]}, {_null(it, case)}, {_dead(case)} }}, "
        for case in it.cases
    )
    numbers = any("number" in refusal.when.text for refusal in it.refusals)
    leaders = any("thread_group_leader" in start.linked.text for c in it.cases if (start := start_of(c.walk)))
    return f"""
static int call_{it.name}_new(void *it, struct given *given) {{ return {name}_new(it{passed}); }}
static void *call_{it.name}_next(void *it) {{ return {name}_next(it); }}
static void call_{it.name}_destroy(void *it) {{ {name}_destroy(it); }}
#define SUBJECT_{it.name} {{ "{it.name}", sizeof(struct {name}), \\
	call_{it.name}_new, call_{it.name}_next, call_{it.name}_destroy, \\
	{int(bool(it.select))}, {int(numbers)}, {int(leaders)}, \\
	{len(it.cases)}, {{ {"".join(walks)} }} }}
"""


def program(subjects: Iterable[Subject], folder: Path, *flags: str) -> Path:
    """Compile the iterators with what drives them; the program."""
    subjects = tuple(subjects)
    rows = "".join(f"\tSUBJECT_{one.it.name},\n" for one in subjects)
    table = f"static const struct subject subjects[] = {{\n{rows}}};\n"
    text = "".join(kfuncs(one.it) + _glue(one) for one in subjects) + table
    (folder / "subjects.inc").write_text(text, encoding="utf-8")
    made = folder / "drive"
    command = ["gcc", *FLAGS, *SANITIZE, *flags, f"-I{folder}", f"-I{HERE}", "-o", made, HERE / "drive.c"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


def run(made: Path) -> subprocess.CompletedProcess[str]:
    """Run the program; a walk that does not end has a deadline too."""
    return subprocess.run([made], capture_output=True, text=True, timeout=60, check=False)
