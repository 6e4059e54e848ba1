# SPDX-License-Identifier: GPL-2.0-only
"""What is remembered of each kind of check: it runs again when anything that it reads is another.

The compilers and perl are real, kernel and headers are a few lines.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from kernel_sample import KFUNCS_PATH, PROG_PATH, TEST_PATH, edited, ring

from kiter import tools
from kiter.cache.store import Cache, opened
from kiter.kernel import bpf, jobs, kbuild, kconfig, programs, scripts, sources, unit, vmlinux
from kiter.kernel.bpf import Bpf, Includes
from kiter.kernel.compile_context import CompileContext
from kiter.kernel.headers import Headers
from kiter.kernel.jobs import Job, JobKind, Result, Silence
from kiter.kernel.kbuild import Kbuild
from kiter.kernel.kconfig import Off
from kiter.kernel.tree import Tree
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
CONF = """\
#!/bin/sh
grep -q OTHER "$3" && other=CONFIG_OTHER
if grep -q '^# CONFIG_ONE is not set' .config; then echo CONFIG_LEFT=y > .config; else
printf 'CONFIG_ONE=y\\nCONFIG_LEFT=y\\n' > .config
test "$other" && echo CONFIG_OTHER=y >> .config; fi
:
"""
MAKEFILE = """\
VERSION = 6
PATCHLEVEL = 12
include $(CURDIR)/scripts/Makefile.flags
probe.o:
	@echo 'savedcmd_probe.o := gcc $(FLAGS) -c -o probe.o probe.c' > $(M)/.probe.o.cmd
	@$(CHECK) -DSPARSE
"""
CHECKPATCH = """\
if (-e "$0.words") { print "p.c:1: CHECK:WORDS: word\\n"; }
if (open(my $f, '<', $0 =~ s/checkpatch.pl/spelling.txt/r)) { print "p.c:1: CHECK:SPELLING: $_" while <$f>; }
"""
KERNEL_DOC = """\
#!/usr/bin/env python3
import sys
sys.path.insert(0, sys.path[0] + "/lib")
import doc
"""
FILES = {
    "headers/include/linux/one.h": "#include <linux/two.h>\n#define ONE 1\n",
    "headers/include/linux/two.h": "",
    "headers/first/linux/other.h": "",
    "headers/.config": "CONFIG_ONE=y\n",
    "headers/Makefile": MAKEFILE,
    "headers/scripts/Makefile.flags": "FLAGS = -DX\n",
    "headers/scripts/kconfig/conf": CONF,
    "headers/vmlinux": "types",
    "tree/Makefile": MAKEFILE,
    "tree/Kconfig": "config ONE\nconfig OTHER\n",
    "tree/mm/slab.h": "#define SLAB 1\n",
    "tree/kernel/bpf/task_iter.c": '#include <linux/one.h>\n#include "../../mm/slab.h"\n#include "near.h"\n',
    "tree/kernel/bpf/near.h": "",
    "tree/kernel/bpf/other.c": "",
    "tree/kernel/fork.c": "",
    "tree/lib/kstrtox.h": "",
    "tree/scripts/checkpatch.pl": CHECKPATCH,
    "tree/scripts/spelling.txt": "",
    "tree/scripts/kernel-doc": KERNEL_DOC,
    "tree/scripts/lib/doc.py": "",
    "tree/scripts/bpf_doc.py": "print('/* helpers */')\n",
    "tree/include/uapi/linux/bpf.h": "",
    "tree/tools/lib/bpf/bpf_helpers.h": "#define B 1\n",
    "tree/tools/lib/bpf/libbpf.h": "",
    "bpf/vmlinux.h": "struct task_struct {\n};\nenum {\n\tA = 1,\n};\n",
    "bpf/include/bpf/bpf_helpers.h": "#define B 1\n#define __ksym\n#define __weak\n",
    "bpf/include/bpf_experimental.h": "",
    "bpf/include/test_progs.h": "#define C 1\n",
    "bin/bpftool": "#!/bin/sh\necho 'struct task_struct {'; cat \"$4\"\n",
}


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of a few lines below `top`, whose sources are in the folder `name` there."""

    top: Path
    name: str = "tree"

    @property
    def linux(self) -> Path:
        return self.top / self.name

    @property
    def tree(self) -> Tree:
        return Tree(self.linux, (6, 12), given=True)

    @property
    def headers(self) -> Headers:
        return Headers(self.top / "headers", "6.12.1")

    @property
    def kbuild(self) -> Kbuild:
        flags = ("-nostdinc", "-I./first", "-Iinclude", "-Wall")
        return Kbuild(tools.require("gcc"), flags, flags[:-1], self.top / "headers", "x86", "identity")

    @property
    def around(self) -> CompileContext:
        return CompileContext(self.linux, (f"-I{self.linux}/mm",))

    @property
    def bpf(self) -> Bpf:
        folder = self.top / "bpf/include"
        includes = Includes((str(folder),), (str(folder),), "ours")
        clang, host, bpftool = tools.require_clang(), tools.require("gcc"), tools.require("bpftool")
        words = ("-target", "bpf", "-g", "-O2", f"-I{folder}")
        vmlinux_h = self.top / "bpf/vmlinux.h"
        return Bpf(clang, host, bpftool, vmlinux_h, includes, words, (f"-I{folder}",), "identity")


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    return Kernel(tmp_path)


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
        places = {finding.elsewhere for finding in checked("kernel", one).findings} - {""}
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
    """No room, no memory, a broken installation: nothing of that is said of the text for ever."""
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


# --- what checks share ---------------------------------------------------------------------------


def flags(kernel: Kernel, cache: Cache) -> object:
    return kbuild.ask(kernel.headers, cache).flags


def lost(kernel: Kernel, cache: Cache) -> object:
    return kconfig.without("CONFIG_ONE", kernel.headers, kernel.kbuild, kernel.tree, cache).options


def types(kernel: Kernel, cache: Cache) -> object:
    bpftool = tools.find("bpftool", str(kernel.top / "bin"))
    assert bpftool is not None
    return vmlinux.make(kernel.headers, bpftool, cache).read_text()


def library(kernel: Kernel, cache: Cache) -> object:
    folder = bpf._library(kernel.tree, cache) / "bpf"
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("made", "read", "text"),
    [
        (flags, "headers/scripts/Makefile.flags", "FLAGS = -DY\n"),
        (flags, "headers/Makefile", MAKEFILE.replace("$(FLAGS)", "$(FLAGS) -DZ")),
        (lost, "tree/Kconfig", "config ONE\n"),
        (lost, "headers/scripts/kconfig/conf", CONF.replace("CONFIG_OTHER", "CONFIG_NEW")),
        (types, "headers/vmlinux", "others"),
        (types, "bin/bpftool", "#!/bin/sh\necho 'struct task_struct {'\n"),
        (library, "tree/tools/lib/bpf/libbpf.h", "// edited\n"),
        (library, "tree/tools/lib/bpf/new.h", ""),
        (library, "tree/scripts/bpf_doc.py", "print('/* other helpers */')\n"),
    ],
)
def test_what_checks_share_is_made_anew_when_anything_that_it_is_made_of_is_another(
    made: Callable[[Kernel, Cache], object],
    read: str,
    text: str,
    kernel: Kernel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def now() -> object:
        with opened(kernel.top / "cache") as cache:
            return made(kernel, cache)

    first = now()
    with monkeypatch.context() as patch:
        patch.setattr(tools, "run", None)
        assert now() == first
    path = kernel.top / read
    before = path.read_text() if path.exists() else None
    path.write_text(text)
    assert now() != first
    if before is None:
        path.unlink()
    else:
        path.write_text(before)
    assert now() == first


def test_an_archive_that_is_another_is_unpacked_anew(kernel: Kernel) -> None:
    archive = kernel.top / "linux-source-6.12.tar.gz"

    def packed(text: str) -> str | None:
        (kernel.top / "linux-source-6.12/mm").mkdir(parents=True, exist_ok=True)
        (kernel.top / "linux-source-6.12/mm/slab.h").write_text(text)
        shutil.make_archive(str(archive).removesuffix(".tar.gz"), "gztar", kernel.top, "linux-source-6.12")
        os.utime(archive, (1, 1))
        time.sleep(0.01)
        with opened(kernel.top / "cache") as cache:
            found = sources.unpacked(archive, ["mm/*.h", "lib/*.h"], cache, "mm/slab.h")
        return found and (found / "mm/slab.h").read_text()

    assert [packed("a"), packed("b"), packed("a")] == ["a", "b", "a"]
    archive.write_bytes(archive.read_bytes()[:-30])
    with opened(kernel.top / "cache") as cache:
        assert sources.unpacked(archive, ["mm/*.h"], cache, "mm/slab.h") is None
