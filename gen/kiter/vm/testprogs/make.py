# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's test_progs with a job's tests in place of its own, built by the kernel's Makefile.

What does not depend on the tests (libbpf, bpftool, the core of test_progs) is built once, into a folder
of the store that is never changed. The tests are built in a copy of it that stays, so that make
sees what has changed since the last time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiter import tools
from kiter.vm.command import Command, command, run
from kiter.vm.job import VmJob
from kiter.vm.store import Store, digest
from kiter.vm.testprogs.tree import BPF, KEPT, Source

# what would be built although none of the tests needs it, or with tools that few have
NOTHING = (
    *("LSKELS=", "LSKELS_EXTRA=", "LSKELS_SIGNED=", "LINKED_SKELS=", "LIBARENA_SKEL="),
    *("TRUNNER_EXTRA_FILES=", "feature-llvm=0", "feature-clang-bpf-co-re=0"),
)
# for the base alone: libbpf reads BTF for most of a run, and optimized it takes half of the time; what
# compilers then warn of in the kernel's own sources is not for us to judge
OPTIMIZED = ("VMLINUX_H=", "RELEASE=1", "SAN_CFLAGS=-Wno-error")
PLACEHOLDER = "void test_nothing(void)\n{\n}\n"
VMLINUX_H = "kiter_vmlinux.h"
BUSY = ".busy"
KEPT_BASES = 3


@dataclass(frozen=True, slots=True)
class Base:
    """A pruned tree in which everything but tests is built."""

    path: Path
    key: str


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


def base(source: Source, btf: Path, store: Store) -> Base:
    """The base for the programs of a kernel with that BTF, built when it is not there."""
    stat = btf.stat()
    made_of = [source.identity, str(btf.resolve()), str(stat.st_size), str(stat.st_mtime_ns)]
    compilers = tools.require_clang().identity, tools.require("gcc").identity
    key = digest([*made_of, *compilers, *NOTHING, *OPTIMIZED])

    def make(work: Path) -> None:
        shutil.copytree(source.path, work, symlinks=True, dirs_exist_ok=True)
        _write(work / BPF / "prog_tests/nothing.c", PLACEHOLDER)
        _run(work, btf, "building test_progs without tests", OPTIMIZED)

    return Base(store.get("testprogs_base", key, make), key)


def _run(top: Path, btf: Path, what: str, also: Sequence[str] = ()) -> None:
    run(Command((*make_command(top, btf).argv, *also)), what, "R17")


def build(made: Base, job: VmJob, store: Store) -> Path:
    """The stripped test_progs of these tests; raises KiterError R17 with the compiler's errors."""
    texts = _texts(job)
    key = digest([made.key, job.types, job.declarations, *(part for pair in texts.items() for part in pair)])

    def make(work: Path) -> None:
        with _build_folder(made, store) as top:
            lay(top, made, job)
            _run(top, job.kernel.btf, "building test_progs")
            run(strip_command(top, work / "test_progs"), "stripping test_progs", "R17")

    return store.get("testprogs", key, make) / "test_progs"


def _texts(job: VmJob) -> dict[str, str]:
    """The sources of the tests by their path below the selftests."""
    progs = {f"progs/{p.name}.c": p.text for p in job.programs}
    return progs | {f"prog_tests/{t.name}.c": t.text for t in job.tests}


@contextlib.contextmanager
def _build_folder(made: Base, store: Store) -> Iterator[Path]:
    """The copy of the base that tests are built in; one process at a time has it."""
    folder = store.root / "testprogs_work"
    folder.mkdir(parents=True, exist_ok=True)
    top = folder / made.key
    with (folder / f"{made.key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (top / BUSY).exists():
            # a make that was killed may leave half a file behind, which the next takes for a whole one
            shutil.rmtree(top)
        if not top.is_dir():
            copy(made, top)
            _forget(store)
        (top / BUSY).touch()
        try:
            yield top
        finally:
            (top / BUSY).unlink()


def _forget(store: Store) -> None:
    """Removes the bases that were not used for longest, with their copies: a kernel's takes 100 MB."""
    locks = (store.root / "testprogs_work").glob("*.lock")
    for path in sorted(locks, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT_BASES:]:
        with path.open("a") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            shutil.rmtree(store.path("testprogs_base", path.stem), ignore_errors=True)


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
    return f"#ifndef __KITER_TYPES_H__\n#define __KITER_TYPES_H__\n\n{types}\n#endif\n"


def _write(path: Path, text: str) -> bool:
    """Whether the file was another before."""
    if path.is_file() and path.read_text() == text:
        return False
    path.write_text(text)
    return True
