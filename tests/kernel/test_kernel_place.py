# SPDX-License-Identifier: GPL-2.0-only
"""Whether a kernel's sources have a place for the code: in an archive, and in a tree that the user named."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiter import frontend
from kiter.cache.store import Cache
from kiter.generate import generate
from kiter.kernel import place
from kiter.kernel.headers import Places
from kiter.kernel.tree import Tree
from kiter.target.profile import profile

TARGET = profile("6.12")
SPEC = """\
iterator: anything
summary: walk over processes
{where}
includes: [linux/init_task.h]
element: {{type: struct task_struct *, lifetime: rcu}}
context: {{rcu: true}}
walk: {{ring: {{anchor: "&init_task", next: next_task(pos)}}, expect: processes}}
"""
HEADERS = SimpleNamespace(version=(6, 12))


@pytest.fixture
def sources(tmp_path):
    """A folder with the sources of a kernel of four files, and an archive of it beside that."""
    top = tmp_path / "linux-source-6.12"
    for name in ("kernel/fork.c", "kernel/bpf/Makefile", "net/core/Makefile", "net/core/anything_iter.c"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("\n")
    subprocess.run(["tar", "-czf", f"{top}.tar.gz", "-C", tmp_path, top.name], check=True)
    return top


def found(sources: Path, tmp_path: Path, where: str, named: bool) -> list[str]:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.format(where=where))
    (it,) = frontend.read([path], TARGET).iterators
    places = Places(sources.parent, cached=tmp_path)
    tree = Tree(sources, (6, 12), given=True) if named else None
    (job,) = place.jobs(generate(it, TARGET), HEADERS, tree, places, Cache())
    return [finding.text for finding in job.work(tmp_path, ()).findings]


@pytest.mark.skipif(not shutil.which("tar"), reason="no tar")
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("placement: {file: kernel/fork.c}", []),
        ("placement: {file: kernel/frok.c}", ["Linux 6.12 has no kernel/frok.c"]),
        ("# as usual", []),
        (
            "placement: {folder: mm}",
            ["Linux 6.12 has no mm/Makefile, in which the line for the new file could stand"],
        ),
        ("placement: {folder: net/core}", ["Linux 6.12 has net/core/anything_iter.c already"]),
    ],
)
def test_what_the_sources_have_no_place_for(sources, tmp_path, where, said, named):
    assert found(sources, tmp_path, where, named) == said


def test_nothing_is_said_without_the_sources_of_that_kernel(sources, tmp_path):
    sources.with_name("linux-source-6.12.tar.gz").rename(tmp_path / "linux-source-7.3.tar.gz")
    (it,) = frontend.read([Path(__file__).parents[2] / "specs/letter/process.yaml"], TARGET).iterators
    jobs = place.jobs(generate(it, TARGET), HEADERS, None, Places(tmp_path, cached=tmp_path), Cache())
    assert list(jobs) == []
