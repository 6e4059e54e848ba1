# SPDX-License-Identifier: GPL-2.0-only
"""Code that lives inside a file of the kernel compiles wherever that file is.

The compiler is real, the tree is a few lines.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from kernel_sample import ring

from kiter import tools
from kiter.cache.store import opened
from kiter.fragment import Anchor, Fragment
from kiter.kernel import compile_context, jobs, unit
from kiter.kernel.compile_context import CompileContext
from kiter.kernel.headers import Headers, Places
from kiter.kernel.jobs import Result, Silence
from kiter.kernel.kbuild import Kbuild
from kiter.output import Kind, Output, Rendered

JOINING = """\
int f(void);
int f(void)
{
	return NEAR + FAR + MM;
}
"""
PRIVATE = '#include "near.h"\n#include "{up}mm/far.h"\n#include "{up}kernel/other/mm.h"\n'
TREE = {
    "kernel/near.h": "#define NEAR 1\n",
    "kernel/some/near.h": "#define NEAR 1\n",
    "kernel/some/deep/near.h": "#define NEAR 1\n",
    "kernel/other/mm.h": '#include "../../mm/far.h"\n#define MM 1\n',
    "mm/far.h": "#define FAR 1\n",
    "kernel/at_top.c": PRIVATE.format(up="../"),
    "kernel/some/below.c": PRIVATE.format(up="../../"),
    "kernel/some/deep/deeper.c": PRIVATE.format(up="../../../"),
    "kernel/some/deep/part.c": "",
    "kernel/above.c": PRIVATE.format(up="../") + '#include "../tools/lib/out.h"\n',
    "kernel/Makefile": "",
    "tools/lib/out.h": '#include "beside.h"\n#include <../tools/lib/angled.h>\n',
    "tools/lib/beside.h": "#undef NEAR\n",
    "tools/lib/angled.h": "#define NEAR 2\n",
    "tools/lib/other.h": "",
    "kernel/some/whole.c": PRIVATE.format(up="../../") + '#include "deep/part.c"\n',
}


def laid(folder: Path) -> Path:
    """A folder with the tree."""
    for name, text in TREE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def compiled(file: str, folder: Path) -> Result:
    """The code in that file, compiled as the check does it."""
    return judged(file, folder, CompileContext(laid(folder / "tree")))


def judged(file: str, folder: Path, around: CompileContext) -> Result:
    """What a compiler says of the code in that file, with what is around it."""
    flags = ("-nostdinc", "-Wall")
    kbuild = Kbuild(tools.require("gcc"), flags, flags, folder, "x86", "identity")
    with opened(folder / "cache") as cache:
        return jobs.run([unit.compile_job(joining(file), kbuild, around, cache)], cache, Silence())[0]


def joining(file: str) -> Rendered:
    """An iterator whose code joins that file and compiles nowhere else."""
    fragment = Fragment(file, Anchor.AT_END, tuple(JOINING.splitlines()))
    own = Output(Kind.KFUNCS, f"{file}.d/ring.c", (fragment,))
    return replace(ring(), inside=True, outputs=(own,))


@pytest.mark.parametrize(
    "file",
    ["kernel/at_top.c", "kernel/some/below.c", "kernel/some/deep/deeper.c", "kernel/some/deep/part.c"],
)
def test_code_inside_a_file_compiles_at_any_depth(file: str, tmp_path: Path) -> None:
    done = compiled(file, tmp_path)
    assert done.passed and not done.unfit, (done.findings, done.unfit)


def test_a_file_that_the_kernel_lacks_is_named(tmp_path: Path) -> None:
    assert "no kernel/some/none.c" in compiled("kernel/some/none.c", tmp_path).unfit


@pytest.mark.parametrize("named", [False, True])
def test_headers_outside_of_the_folders_that_are_unpacked_are_found(named: bool, tmp_path: Path) -> None:
    top = laid(tmp_path / "linux-source-6.12")
    shutil.make_archive(str(top), "gztar", tmp_path, top.name)
    headers, places = Headers(tmp_path / "headers", "6.12.1"), Places(tmp_path, cached=tmp_path)
    it = joining("kernel/above.c")
    with opened(tmp_path / "cache") as cache:
        around = compile_context.of(it, headers, places, top if named else None, cache)
    done = judged("kernel/above.c", tmp_path, around)
    assert done.passed and not done.unfit, (done.findings, done.unfit)
    assert around.sources is not None
    assert named or not (around.sources / "tools/lib/other.h").exists()
