# SPDX-License-Identifier: GPL-2.0-only
"""The guest's first process, and the archive that a guest starts with: the same for every job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.vm import initramfs, userland
from kiter.vm.command import Command, command, compile_file
from kiter.vm.userland import Userland

SOURCE = Path(__file__).parent / "first.c"
CFLAGS = ("-O1", "-Wall", "-std=gnu11", "-static", "-s")


def compile_command(source: Path, out: Path, cc: Userland) -> Command:
    """How it is made: one file, linked statically."""
    return command(cc.compiler, *CFLAGS, "-o", out, source)


def archive(cache: Cache, cc: Userland | None = None) -> Path:
    """The initramfs with it, made once; `cc` makes it, the machine's own compiler if none is given."""
    made_by = cc or userland.native()

    def make(work: Path) -> Iterator[str]:
        program = work / "init"
        what = "compiling the guest's first process"
        yield from compile_file(compile_command(SOURCE, program, made_by), work / "listing.d", what, "R13")
        files = {"init": program.read_bytes()}
        (work / "initrd.cpio").write_bytes(initramfs.pack(files, frozenset(files)))

    key = key_of("first", code_of(__name__), made_by.identity)
    return cache.made("first", key, make) / "initrd.cpio"
