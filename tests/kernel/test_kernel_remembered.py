# SPDX-License-Identifier: GPL-2.0-only
"""What is remembered of each kind of check: it runs again when anything that it reads is another.

The compilers and perl are real, kernel and headers are a few lines.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from kernel_few_lines import Kernel
from kernel_sample import KFUNCS_PATH, PROG_PATH, TEST_PATH, edited, ring

from kiter import tools
from kiter.cache.store import Cache, opened
from kiter.kernel import jobs, programs, scripts, unit
from kiter.kernel.compile_context import CompileContext
from kiter.kernel.jobs import Job, JobKind, Result, Silence
from kiter.kernel.kconfig import Off
from kiter.output import Rendered

UNIT = '#include <linux/one.h>\n#include "slab.h"\nint f(void);\nint f(void)\n{\n\treturn ONE + SLAB;\n}\n'
JOINING = """\
// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

int f(void);
int f(void)
{
	return ONE + SLAB;
}
"""
PROGRAM = (
    '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n#include "bpf_experimental.h"\nint x = A + B;\n'
)
TEST = '#include <stddef.h>\n#include <test_progs.h>\n#include "ring_iter.skel.h"\nint y = C;\n'


def sample() -> Rendered:
    made = ring(guard="CONFIG_ONE")
    return made.using(replace(made.material, unit=UNIT))


def inside() -> Rendered:
    return edited(replace(ring(), inside=True), KFUNCS_PATH, JOINING)


def selftests() -> Rendered:
    made = ring()
    typeless = made.using(replace(made.material, types=()))
    return edited(edited(typeless, PROG_PATH, PROGRAM), TEST_PATH, TEST)


def of(kind: JobKind, path: str, planned: Sequence[Job]) -> tuple[Job, ...]:
    """The job of that kind for that output, behind those that it needs."""
    found = next(job for job in planned if job.kind is kind and job.path == path)
    return (*(job for job in planned if job.key in found.needs), found)


OFF = Off(("CONFIG_ONE",), asked=True)
CHECKS: dict[str, Callable[[Kernel, Cache], Sequence[Job]]] = {
    "kernel": lambda k, c: [unit.compile_job(sample(), k.kbuild, k.around, c)],
    "inside": lambda k, c: [unit.compile_job(inside(), k.kbuild, CompileContext(k.linux), c)],
    "guard": lambda k, c: [unit.guard_job(sample(), k.kbuild, k.around, OFF, c)],
    "sparse": lambda k, c: [unit.sparse_job(sample(), k.kbuild, k.around, tools.require("sparse"), c)],
    "program": lambda k, c: of(JobKind.PROGRAM, PROG_PATH, programs.jobs(selftests(), k.bpf)),
    "test": lambda k, c: of(JobKind.PROG_TEST, TEST_PATH, programs.jobs(without_failure(), k.bpf)),
    "checkpatch": lambda k, c: of(JobKind.CHECKPATCH, KFUNCS_PATH, scripts.jobs(ring(), k.tree, c)),
    "kernel-doc": lambda k, c: of(JobKind.KERNEL_DOC, KFUNCS_PATH, scripts.jobs(ring(), k.tree, c)),
}


def without_failure() -> Rendered:
    made = selftests()
    return replace(made, outputs=tuple(o for o in made.outputs if "failure" not in o.path))


def checked(name: str, kernel: Kernel) -> Result:
    """The last job of a check, as a run of its own does it."""
    with opened(kernel.top / "cache", kernel.linux) as cache:
        return jobs.run(CHECKS[name](kernel, cache), cache, Silence())[-1]


HEADERS = [
    *("headers/include/linux/one.h", "headers/include/linux/two.h", "tree/mm/slab.h"),
    "headers/first/linux/two.h",
]
READ = {
    "kernel": HEADERS,
    "inside": [
        *HEADERS,
        *("tree/kernel/bpf/task_iter.c", "tree/kernel/bpf/near.h", "tree/kernel/bpf/other.c"),
        *("tree/kernel/bpf/new.c", "tree/kernel/new.c"),  # which may include task_iter.c
    ],
    "guard": HEADERS,
    "sparse": HEADERS,
    "program": ["bpf/vmlinux.h", "bpf/include/bpf/bpf_helpers.h", "bpf/include/bpf_experimental.h"],
    "test": ["bpf/include/test_progs.h", "bpf/include/bpf/bpf_helpers.h"],
    "checkpatch": ["tree/scripts/checkpatch.pl", "tree/scripts/spelling.txt"],
    "kernel-doc": ["tree/scripts/kernel-doc", "tree/scripts/lib/doc.py"],
}


def edit(path: Path) -> None:
    """Another file that means the same, or one that was not there."""
    text = path.read_text() if path.exists() else ""
    path.write_text(text + ("\n#\n" if "scripts" in path.parts and path.suffix != ".txt" else "\n\n"))


needs_sparse = pytest.mark.skipif(tools.find("sparse") is None, reason="sparse is not installed")


@pytest.mark.parametrize("name", [pytest.param(n, marks=needs_sparse if n == "sparse" else ()) for n in READ])
def test_a_check_runs_again_when_anything_that_it_reads_is_another(name: str, kernel: Kernel) -> None:
    first = checked(name, kernel)
    assert first.passed and not first.cached, (first.findings, first.unfit)
    assert checked(name, kernel).cached
    for read in READ[name]:
        path = kernel.top / read
        before = path.read_text() if path.exists() else None
        edit(path)
        assert not checked(name, kernel).cached, read
        assert checked(name, kernel).cached, read
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
        again = checked(name, kernel)
        assert again.passed, (read, again.findings)


def moved(kernel: Kernel, name: str) -> Kernel:
    """The same kernel with a copy of its sources."""
    shutil.copytree(kernel.linux, kernel.top / name)
    return replace(kernel, name=name)


IN_THE_TREE = [name for name, reads in READ.items() if any(read.startswith("tree/") for read in reads)]


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=needs_sparse if n == "sparse" else ()) for n in IN_THE_TREE]
)
def test_an_equal_tree_has_the_same_answer_and_another_one_its_own(name: str, kernel: Kernel) -> None:
    assert checked(name, kernel).passed
    other = moved(kernel, "other")
    assert checked(name, other).cached
    for read in (one.removeprefix("tree/") for one in READ[name] if one.startswith("tree/")):
        path = other.linux / read
        before = path.read_text() if path.exists() else None
        edit(path)
        assert not checked(name, other).cached, read
        path.unlink()
        if before is not None:
            path.write_text(before)
        assert checked(name, kernel).passed and checked(name, other).passed, read


def test_an_answer_that_names_its_tree_is_of_that_tree_alone(kernel: Kernel) -> None:
    """An error in a header says where that is."""
    (kernel.linux / "mm/slab.h").write_text("#define SLAB 1\nint f(long);\nint f(int);\n")
    other = moved(kernel, "other")
    for one in (kernel, other, kernel):
        places = {found.elsewhere.file for found in checked("kernel", one).findings if found.elsewhere}
        assert places and all(place.startswith(f"{one.linux}/") for place in places)


AWAY = {
    "kernel": ["headers/include/linux/one.h", "tree/mm/slab.h"],
    "inside": ["tree/kernel/bpf/task_iter.c", "tree/kernel/bpf/near.h", "tree/mm/slab.h"],
    "guard": ["headers/include/linux/one.h", "tree/mm/slab.h"],
    "sparse": ["headers/include/linux/one.h", "tree/mm/slab.h"],
    "program": ["bpf/vmlinux.h", "bpf/include/bpf/bpf_helpers.h"],
    "test": ["bpf/include/test_progs.h"],
    "checkpatch": ["tree/scripts/checkpatch.pl"],
    "kernel-doc": ["tree/scripts/kernel-doc", "tree/scripts/lib/doc.py"],
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=needs_sparse if n == "sparse" else ()) for n in AWAY])
def test_a_check_passes_again_when_what_was_missing_is_there(name: str, kernel: Kernel) -> None:
    """Also the first time: that a file is missing is no answer to remember."""
    for read in AWAY[name]:
        path = kernel.top / read
        away = path.with_suffix(".away")
        path.rename(away)
        if name == "program" and path.name == "vmlinux.h":
            with pytest.raises(FileNotFoundError):
                checked(name, kernel)
        else:
            assert not checked(name, kernel).passed, read
        away.rename(path)
        assert checked(name, kernel).passed, read


@pytest.mark.parametrize("name", ["kernel", "guard", pytest.param("sparse", marks=needs_sparse)])
def test_that_sources_are_missing_is_not_remembered(name: str, kernel: Kernel) -> None:
    missing = CompileContext(unfit="it needs the sources")
    make = {"kernel": unit.compile_job, "guard": unit.guard_job, "sparse": unit.sparse_job}[name]
    more = {"kernel": (), "guard": (OFF,), "sparse": (tools.find("sparse"),)}[name]
    with opened(kernel.top / "cache") as cache:
        planned = CHECKS[name](kernel, cache)
        unfit = make(sample(), kernel.kbuild, missing, *more, cache)  # type: ignore[operator]
        assert jobs.run([unfit], cache, Silence())[0].unfit
        assert not jobs.run([unfit], cache, Silence())[0].cached
        assert jobs.run(planned, cache, Silence())[0].passed


def test_a_tool_that_fails_for_its_own_reasons_is_asked_again(kernel: Kernel) -> None:
    """No room, no memory, a broken installation: nothing of that is said of the text forever."""
    script = kernel.top / "tree/scripts/checkpatch.pl"
    text = script.read_text()
    script.write_text('exit(1) if -e "/" && -e $0 =~ s/checkpatch.pl/full/r;\n' + text)
    full = script.with_name("full")
    full.write_text("")
    assert not checked("checkpatch", kernel).passed
    full.unlink()
    assert checked("checkpatch", kernel).passed


def test_findings_are_remembered_while_nothing_is_another(kernel: Kernel) -> None:
    (kernel.top / "tree/mm/slab.h").write_text("#define SLAB undeclared\n")
    first = checked("kernel", kernel)
    again = checked("kernel", kernel)
    assert again.cached and again.findings == first.findings != ()
