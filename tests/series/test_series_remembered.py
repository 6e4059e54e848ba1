# SPDX-License-Identifier: GPL-2.0-only
"""What is remembered of a patch's checks: each runs again when a file that it reads is another.

The compilers are real, tree and headers are a few lines.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiter import tools
from kiter.cache.store import opened
from kiter.kernel import jobs
from kiter.kernel.jobs import JobKind, Result, Silence
from kiter.kernel.kbuild import Kbuild
from kiter.kernel.kconfig import Off
from kiter.kernel.tree import Tree
from kiter.output import Kind, Material, Output, Rendered
from kiter.series import patch_checks

PATH = "kernel/bpf/task_iter.c"
BEFORE = '#include <linux/one.h>\n#include "near.h"\n#include "../../mm/slab.h"\nint f(void);\n'
AFTER = f"{BEFORE}int f(void)\n{{\n\treturn ONE + NEAR + SLAB;\n}}\n"
DOC = "#!/usr/bin/env python3\nimport sys\nsys.path.insert(0, sys.path[0] + '/lib')\nimport doc\n"
FILES = {
    "headers/include/linux/one.h": "#define ONE 1\n",
    f"tree/{PATH}": BEFORE,
    "tree/kernel/bpf/near.h": "#define NEAR 1\n",
    "tree/kernel/bpf/other.c": "",
    "tree/mm/slab.h": "#define SLAB 1\n",
    "tree/scripts/kernel-doc": DOC,
    "tree/scripts/lib/doc.py": "",
}
HEADERS = ["headers/include/linux/one.h", "tree/kernel/bpf/near.h", "tree/mm/slab.h"]


@dataclass(frozen=True, slots=True)
class Artefacts:
    """As much of them as a patch's checks ask for."""

    top: Path
    linux: Path

    @property
    def kbuild(self) -> Kbuild:
        flags = ("-nostdinc", "-Iinclude", "-Wall")
        return Kbuild(tools.require("gcc"), flags, flags[:2], self.top / "headers", "x86", "identity")

    @property
    def sparse(self) -> tools.Tool | None:
        return tools.find("sparse")

    @property
    def tree(self) -> Tree:
        return Tree(self.linux, (6, 12), given=True)

    def around(self, *_: object) -> SimpleNamespace:
        # a patch's files are compiled where they are, from where "../../mm" leads into the tree
        return SimpleNamespace(flags=("-iquote", str(self.linux / "kernel/bpf")))

    def off(self, *_: object) -> Off:
        return Off(("CONFIG_ONE",), asked=True)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def checked(top: Path, kind: JobKind, *, inside: bool = False, name: str = "tree") -> Result:
    """One check of a patch for the tree of that name, as a run of its own does it."""
    linux = top / name
    guard = "" if inside else "CONFIG_ONE"
    output = Output.new(Kind.KFUNCS, PATH, AFTER)
    unused: Any = None
    rendered = Rendered(
        spec="a.yaml",
        iterator="a",
        target="6.12",
        guard=guard,
        outputs=(output,),
        interface=unused,
        make_material=lambda: Material(unit=""),
        inside=inside,
    )
    piece = SimpleNamespace(rendered=rendered, texts={PATH: AFTER}, was={PATH: BEFORE})
    series = SimpleNamespace(repository=SimpleNamespace(tree=SimpleNamespace(path=linux)))
    patch: Any = SimpleNamespace(piece=piece)
    with opened(top / "cache", linux) as cache, cache.scratch() as folder:
        bench: Any = SimpleNamespace(
            series=series, artefacts=Artefacts(top, linux), cache=cache, folder=folder, tree=linux
        )
        planned = [job for job in patch_checks._of_file(patch, PATH, bench) if job.kind is kind]
        return jobs.run(planned, cache, Silence())[0]


CHECKS = [
    (JobKind.KERNEL, False, HEADERS),
    (JobKind.KERNEL, True, [*HEADERS, "tree/kernel/bpf/other.c"]),
    (JobKind.GUARD_OFF, False, HEADERS),
    (JobKind.SPARSE, False, HEADERS),
    (JobKind.KERNEL_DOC, False, ["tree/scripts/kernel-doc", "tree/scripts/lib/doc.py"]),
]


@pytest.mark.parametrize(("kind", "inside", "reads"), CHECKS)
def test_a_check_runs_again_when_a_file_that_it_reads_is_another(
    kind: JobKind, inside: bool, reads: list[str], top: Path
) -> None:
    if kind is JobKind.SPARSE and tools.find("sparse") is None:
        pytest.skip("sparse is not installed")
    shutil.copytree(top / "tree", top / "equal")
    first = checked(top, kind, inside=inside)
    assert first.passed and not first.cached, (first.findings, first.unfit)
    assert checked(top, kind, inside=inside).cached
    assert checked(top, kind, inside=inside, name="equal").cached
    for read in reads:
        path = top / read
        before = path.read_text()
        path.write_text(before + "\n")
        assert not checked(top, kind, inside=inside).cached, read
        assert checked(top, kind, inside=inside).cached, read
        assert checked(top, kind, inside=inside, name="equal").passed, read
        path.unlink()
        gone = checked(top, kind, inside=inside)
        assert not gone.cached, read
        path.write_text(before)
        assert checked(top, kind, inside=inside).passed, read


def test_a_mail_is_judged_by_what_it_says_not_by_when_it_was_made() -> None:
    mail = "From {} Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nDate: {}\nSubject: {}\n\nDate: {}\n"
    first = patch_checks.undated(mail.format("0a1b", "Sat, 28 Nov 2026", "one", "now"))
    assert first == patch_checks.undated(mail.format("ffff", "Sun, 29 Nov 2026", "one", "now"))
    assert first.count("\n") == mail.count("\n")
    for other in (("0", "0", "two", "now"), ("0", "0", "one", "then")):
        assert patch_checks.undated(mail.format(*other)) != first
