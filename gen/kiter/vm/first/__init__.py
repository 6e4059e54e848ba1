# SPDX-License-Identifier: GPL-2.0-only
"""The guest's first process, and the archive that a guest starts with: the same for every job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.vm import initramfs
from kiter.vm.command import Command, command, compile_file

SOURCE = Path(__file__).parent / "first.c"
CFLAGS = ("-O1", "-Wall", "-std=gnu11", "-static", "-s")


def compile_command(source: Path, out: Path) -> Command:
    """How it is made: one file, linked statically."""
    return command(tools.require("gcc"), *CFLAGS, "-o", out, source)


def archive(cache: Cache) -> Path:
    """The initramfs with it, made once."""

    def make(work: Path) -> Iterator[str]:
        program = work / "init"
        what = "compiling the guest's first process"
        yield from compile_file(compile_command(SOURCE, program), work / "listing.d", what, "R13")
        files = {"init": program.read_bytes()}
        (work / "initrd.cpio").write_bytes(initramfs.pack(files, frozenset(files)))

    key = key_of("first", code_of(__name__), tools.require("gcc").identity)
    return cache.made("first", key, make) / "initrd.cpio"
