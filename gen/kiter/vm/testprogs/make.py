# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's test_progs with a job's tests in place of its own, built by the kernel's Makefile.

What does not depend on the tests (libbpf, bpftool, the core of test_progs) is built once, into a folder
of the cache that is never changed. The tests are built in a copy of it that stays, so that make
sees what has changed since the last time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel.dependencies import prerequisites
from kiter.lower.prototype.runner import MoreTypes
from kiter.render import render
from kiter.value_class import value_class
from kiter.vm.command import Command, command, run
from kiter.vm.job import VmJob
from kiter.vm.testprogs.tree import BPF, KEPT, Source

# what would be built although none of the tests needs it, or with tools that few have
NOTHING = (
    *("LSKELS=", "LSKELS_EXTRA=", "LSKELS_SIGNED=", "LINKED_SKELS=", "LIBARENA_SKEL="),
    *("TRUNNER_EXTRA_FILES=", "feature-llvm=0", "feature-clang-bpf-co-re=0"),
)
# for the base alone: libbpf reads BTF for most of a run, and optimized it takes half of the time; what
# compilers then warn of in the kernel's own sources is not for us to judge
OPTIMIZED = ("VMLINUX_H=", "RELEASE=1", "SAN_CFLAGS=-Wno-error")
VMLINUX_H = "kiter_vmlinux.h"
BUSY = ".busy"


@value_class
class Base:
    """A pruned tree in which everything but tests is built."""

    path: Path


def make_command(top: Path, btf: Path) -> Command:
    """How test_progs is built in a pruned tree, with the vmlinux.h that stands at its top."""
    jobs = os.cpu_count() or 1
    return command(
        *(tools.require("make"), "-s", f"-j{jobs}", "-C", top / BPF, "test_progs"),
        *(f"CLANG={tools.require_clang()}", f"VMLINUX_BTF={btf}", f"VMLINUX_H={top / VMLINUX_H}", *NOTHING),
    )


def strip_command(top: Path, out: Path) -> Command:
    """How what was built there becomes small enough for a guest."""
    return command(tools.require("strip"), "-o", out, top / BPF / "test_progs")


def base(source: Source, btf: Path, cache: Cache) -> Base:
    """The base for the programs of a kernel with that BTF, built when it is not there."""
    compilers = (tools.require_clang().identity, tools.require("gcc").identity)
    nothing = render("prototype/nothing.c.j2", None)
    key = key_of("base", code_of(__name__), source.path.name, cache.digests.of(str(btf)), *compilers, nothing)

    def make(work: Path) -> Iterator[str]:
        shutil.copytree(source.path, work, symlinks=True, dirs_exist_ok=True)
        _write(work / BPF / "prog_tests/nothing.c", nothing)
        _run(work, btf, "building test_progs without tests", OPTIMIZED)
        for listing in work.rglob("*.d"):
            yield from (path for path in prerequisites(listing.read_text()) if path.startswith("/"))

    return Base(cache.made("testprogs_base", key, make))


def _run(top: Path, btf: Path, what: str, also: Sequence[str] = ()) -> None:
    run(Command((*make_command(top, btf).argv, *also)), what, "R17")


def build(made: Base, job: VmJob, cache: Cache) -> Path:
    """The stripped test_progs of these tests; raises KiterError R17 with the compiler's errors."""
    texts = _texts(job)
    parts = (job.types, job.declarations, *(part for pair in texts.items() for part in pair))

    def make(work: Path) -> tuple[str, ...]:
        with _build_folder(made, cache) as top:
            lay(top, made, job)
            _run(top, job.kernel.btf, "building test_progs")
            run(strip_command(top, work / "test_progs"), "stripping test_progs", "R17")
        return ()

    key = key_of("testprogs", code_of(__name__), made.path.name, *parts)
    return cache.made("testprogs", key, make) / "test_progs"


def _texts(job: VmJob) -> dict[str, str]:
    """The sources of the tests by their path below the selftests."""
    progs = {f"progs/{p.name}.c": p.text for p in job.programs}
    return progs | {f"prog_tests/{t.name}.c": t.text for t in job.tests} | dict(job.headers)


@contextlib.contextmanager
def _build_folder(made: Base, cache: Cache) -> Iterator[Path]:
    """The copy of the base that tests are built in; one process at a time has it."""
    with cache.build_folder("testprogs", made.path.name) as top:
        if (top / BUSY).exists():
            # a make that was killed may leave half a file behind, which the next takes for a whole one
            shutil.rmtree(top)
        if not top.is_dir():
            copy(made, top)
        (top / BUSY).touch()
        try:
            yield top
        finally:
            (top / BUSY).unlink()


def copy(made: Base, top: Path) -> None:
    """Makes a folder that is not there yet a copy of the base."""
    top.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=top.parent))
    # times are copied, too: make goes by them
    shutil.copytree(made.path, new, symlinks=True, dirs_exist_ok=True)
    new.rename(top)


def lay(top: Path, made: Base, job: VmJob) -> None:
    """Puts a job's tests into a copy of the base; what is the same already keeps its time."""
    bpf, texts = top / BPF, _texts(job)
    for folder in ("progs", "prog_tests"):
        for path in (bpf / folder).glob("*.c"):
            if f"{folder}/{path.name}" not in texts and path.name not in KEPT:
                path.unlink()
                # the Makefile sees what has been added, not what has gone
                (bpf / "prog_tests/tests.h").unlink(missing_ok=True)
    for name, text in texts.items():
        _write(bpf / name, text)
    original = (made.path / BPF / "bpf_experimental.h").read_text()
    vmlinux = (made.path / BPF / "tools/include/vmlinux.h").read_text()
    changed = _write(bpf / "bpf_experimental.h", declared(original, job.declarations))
    changed |= _write(top / VMLINUX_H, f"{vmlinux}\n{guarded(job.types)}")
    if changed:
        # every program depends on this, and none on the former two
        (bpf / "tools/include/vmlinux.h").unlink(missing_ok=True)


def declared(header: str, declarations: str) -> str:
    """bpf_experimental.h with declarations added where a patch would add them: before its last #endif."""
    at = header.rindex("#endif")
    return f"{header[:at]}{declarations}\n{header[at:]}"


def guarded(types: str) -> str:
    """Types to follow vmlinux.h, which programs include more than once."""
    return render("prototype/more_types.h.j2", MoreTypes(types))


def _write(path: Path, text: str) -> bool:
    """Whether the file was another before."""
    if path.is_file() and path.read_text() == text:
        return False
    path.write_text(text)
    return True
