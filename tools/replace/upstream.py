# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own selftests that use open-coded iterators, run by its own test_progs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiter import tools
from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.csource.items import Item
from kiter.csource.source import Source
from kiter.kernel.kernels import Kernel
from kiter.vm.command import Command, command
from kiter.vm.command import run as run_command
from kiter.vm.harnesses import Clock, Guest
from kiter.vm.job import Options, VmJob
from kiter.vm.programs import Program
from kiter.vm.results import GuestReport
from kiter.vm.runner import Test
from kiter.vm.session import run_session
from kiter.vm.testprogs.harness import PLACE, TestProgs
from kiter.vm.testprogs.tree import BPF
from tools import testfile

# files of prog_tests/; of verifier.c and of others that hold many, only what uses iterators
WHOLE = ("iters", "kmem_cache_iter", "dmabuf_iter", "cgroup_iter", "cgroup_xattr", "stack_arg")
VERIFIER = (
    *("verifier_bits_iter", "verifier_iterating_callbacks", "verifier_live_stack", "verifier_linked_scalars"),
    *("verifier_global_subprogs", "verifier_spin_lock", "irq"),
)
MODULE = "bpf_testmod.ko"
INCLUDE = re.compile(r'^#include "(\w+)\.skel\.h"')
LIMIT, DEADLINE = 180, 900.0


@dataclass(frozen=True, slots=True)
class Upstream:
    """test_progs with its module beside it, both out of the tree `given`."""

    given: Path

    def build(self, job: VmJob, cache: Cache, clock: Clock) -> Guest:
        """See Harness."""
        guest = TestProgs(self.given).build(job, cache, clock)
        with clock.step("bpf_testmod"):
            module = _testmod(self.given, job.kernel, cache)
        return Guest(guest.runner, {**guest.files, f"{Path(PLACE).parent}/{MODULE}": module})

    def events(self, job: VmJob, raw: bytes) -> bytes:
        """See Harness."""
        return TestProgs(self.given).events(job, raw)

    def lay(self, folder: Path, job: VmJob, cache: Cache) -> None:
        """See Harness."""
        TestProgs(self.given).lay(folder, job, cache)

    def commands(self, folder: Path, job: VmJob, cache: Cache) -> list[Command]:
        """See Harness."""
        return TestProgs(self.given).commands(folder, job, cache)


def run(tree: Path, kernel: Kernel, cache: Cache, keep: Path | None = None) -> GuestReport:
    """What those tests of the tree say on that kernel."""
    tests = tuple(_tests(tree / BPF))
    needed = dict.fromkeys(name for test in tests for name in test.skeletons)
    programs = tuple(Program(name, (tree / BPF / f"progs/{name}.c").read_text()) for name in needed)
    job = VmJob(kernel=kernel, programs=programs, tests=tests, limit=LIMIT, deadline=DEADLINE)
    options = Options(memory=2048, keep=keep)
    return run_session(job, options, cache=cache, harness=Upstream(tree)).report


def _tests(bpf: Path) -> Iterator[Test]:
    for name in WHOLE:
        yield testfile.read(name, (bpf / f"prog_tests/{name}.c").read_text())
    yield testfile.read("verifier", pruned((bpf / "prog_tests/verifier.c").read_text()))


def pruned(text: str) -> str:
    """verifier.c with those tests only: without what mentions the skeletons of others."""
    source = Source.of(text.split("\n"))
    lines = source.lines
    others = {m[1] for line in lines if (m := INCLUDE.match(line)) and m[1] not in VERIFIER}
    gone = {row for row, line in enumerate(lines) if (m := INCLUDE.match(line)) and m[1] in others}
    functions = [item for item in source.definitions if item.kind == "function"]
    gone |= {row for f in functions if source.words(f.rows) & others for row in f.rows}
    while True:
        left = [row for row in range(len(lines)) if row not in gone]
        unused = [f for f in functions if f.static and f.first not in gone and not _used(f, source, left)]
        if not unused:
            break
        gone |= {row for f in unused for row in f.rows}
    return "\n".join(line for row, line in enumerate(lines) if row not in gone)


def _used(function: Item, source: Source, rows: list[int]) -> bool:
    return bool(function.names & source.words(row for row in rows if row not in function.rows))


def _testmod(tree: Path, kernel: Kernel, cache: Cache) -> Path:
    """The module that the tests need, built outside of the tree so that it stays clean."""
    with cache.scratch() as scratch:
        work = scratch / "bpf_testmod"
        shutil.copytree(tree / BPF / "test_kmods", work)
        # it takes headers from beside its own folder
        (work / "Makefile").write_text("obj-m += bpf_testmod.o\nCFLAGS_bpf_testmod.o = -I$(src)\n")
        cmd = command(tools.require("make"), "-s", "-C", kernel.headers, f"M={work}", "modules")
        run_command(cmd, "building bpf_testmod", "R10")
        made = scratch / "made"
        made.mkdir()
        (work / MODULE).replace(made / MODULE)
        # made anew each time: the tree is being edited
        kept = cache.store("bpf_testmod", key_of(str(tree), str(work)), None, reads=None, made=made)
    return (kept or made) / MODULE
