# SPDX-License-Identifier: GPL-2.0-only
"""The emitted selftests in the kernel's own test_progs, on the same kernel with the same modules."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.store import Cache
from kiter.lower.prototype.runner import Table
from kiter.regex import regex
from kiter.render import render
from kiter.value_class import value_class
from kiter.vm import session, userland
from kiter.vm.command import Command, command, run
from kiter.vm.harnesses import Clock, Guest
from kiter.vm.job import Options, VmJob
from kiter.vm.runner import Test, build_harness, link, title, uapi_folder
from kiter.vm.testprogs import log, make, tree

PLACE = "test_progs/test_progs"  # where exec.c of the harness looks for it
KEPT = "test_progs-tree"
LIBRARY = regex(r"(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
# test_progs asks for a backtrace, and the C library loads this for it: ldd does not know
UNWINDER = "libgcc_s.so.1"


@value_class
class TestProgs:
    """The harness that is test_progs, out of the tree `given`, or of the source package of the kernel."""

    __test__ = False

    given: Path | None = None

    def build(self, job: VmJob, cache: Cache, clock: Clock) -> Guest:
        """See Harness."""
        with clock.step("kernel source"):
            source = tree.source(job.kernel.release, self.given, cache)
        with clock.step("test_progs itself"):
            base = make.base(source, job.kernel.btf, cache)
        with clock.step("test_progs"):
            program = make.build(base, job, cache)
        cc = userland.native()
        objects = build_harness(uapi_folder(job.kernel.headers, cache), cache, cc)
        return Guest(link(table(job.tests), objects, cache, cc), {PLACE: program, **libraries(program)})

    def events(self, job: VmJob, raw: bytes) -> bytes:
        """See Harness."""
        return log.events(raw, job.tests, job.headers)

    def lay(self, folder: Path, job: VmJob, cache: Cache) -> None:
        """See Harness."""
        source = tree.source(job.kernel.release, self.given, cache)
        base = make.base(source, job.kernel.btf, cache)
        if not (folder / KEPT).exists():
            make.copy(base, folder / KEPT)
        make.lay(folder / KEPT, base, job)

    def commands(self, folder: Path, job: VmJob, cache: Cache) -> list[Command]:
        """See Harness."""
        return [
            make.make_command(folder / KEPT, job.kernel.btf),
            make.strip_command(folder / KEPT, folder / "guest" / PLACE),
        ]


def table(tests: Sequence[Test]) -> str:
    """The C source that gives the harness each test by its name, to be run by test_progs."""
    names = [title(function) for test in tests for function in test.functions]
    return render("prototype/table.c.j2", Table(tuple((name, "kt_test_progs") for name in names)))


def libraries(program: Path) -> dict[str, Path]:
    """The shared libraries that a program needs, by their path in the guest, which is that here."""
    listed = run(command(tools.require("ldd"), program), "listing the libraries of test_progs")
    where = command(tools.require("gcc"), f"-print-file-name={UNWINDER}")
    unwinder = run(where, "asking gcc for its libraries").strip()
    found = [Path(path) for path in (*LIBRARY.findall(listed), unwinder) if path.startswith("/")]
    return {str(path).lstrip("/"): path for path in found}


def run_testprogs(
    job: VmJob,
    options: Options | None = None,
    listen: Callable[[str], None] = lambda _name: None,
    cache: Cache | None = None,
    source: Path | None = None,
) -> session.VmResult:
    """Like run_session(), but the tests are run by the kernel's own test_progs.

    It is built from the tree `source`, else from the source package of the kernel that is booted. Raises
    KiterError R16 if there is no source, and R17 if what it is built from does not compile.
    """
    return session.run_session(job, options, listen, cache, TestProgs(source))


def dry_run(
    job: VmJob, options: Options | None = None, cache: Cache | None = None, source: Path | None = None
) -> str:
    """The exact commands of such a run, like session.dry_run()."""
    return session.dry_run(job, options, cache, TestProgs(source))
