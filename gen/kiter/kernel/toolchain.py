# SPDX-License-Identifier: GPL-2.0-only
"""The programs that a fetched kernel brings along, made to run where they were unpacked.

Headers of another release need the compiler, pahole and kbuild programs of that release, which need its C
library. Each program gives its place to a script that starts it by the loader and with the libraries beside
it: no chroot, no namespace, no root, and nothing of it is seen by the machine's own programs.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from kiter.kernel.kernels import COMPLETE
from kiter.regex import regex

LIBRARIES = "usr/lib/x86_64-linux-gnu"
LOADER = f"{LIBRARIES}/ld-linux-x86-64.so.2"
REAL = ".elf"  # what the name of the program itself ends in
_INTERP = 3
_ABSOLUTE = regex(r"^(include |KBUILD_OUTPUT\s*[:?]?=\s*)(/usr/src/)", re.MULTILINE)


def environment(headers: Path) -> Mapping[str, str]:
    """What a program that builds against those headers needs in its environment."""
    above = root(headers)
    programs = above / "usr/bin" if above else None
    return {"PATH": f"{programs}:{os.environ.get('PATH', '')}"} if programs else {}


def search(headers: Path) -> str | None:
    """The PATH in which the compiler of those headers is looked up; None stands for our own."""
    return environment(headers).get("PATH")


def root(headers: Path) -> Path | None:
    """Where a fetched kernel was unpacked, with all that it brings; None for headers of another origin."""
    above = headers.resolve().parents
    top = above[2] if len(above) > 2 else None
    return top if top and (top / COMPLETE).is_file() else None


def merge(root: Path) -> None:
    """Moves what older releases have beside usr/ to where newer ones have it, as their file systems do."""
    for name in ("lib", "lib64", "bin", "sbin"):
        for folder, _, files in os.walk(root / name):
            to = root / "usr" / Path(folder).relative_to(root)
            to.mkdir(parents=True, exist_ok=True)
            for file in files:
                Path(folder, file).rename(to / file)
        shutil.rmtree(root / name, ignore_errors=True)


def settle(root: Path, place: Path) -> None:
    """Make what was unpacked below `root` work at `place`, where it is going to be moved."""
    for program in tuple(_dynamic(root)):
        _wrap(program, root, place)
    relocate(root, place)


def _dynamic(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root / "usr"):
        for name in names:
            path = Path(folder, name)
            runs = not path.is_symlink() and ".so" not in name and os.access(path, os.X_OK)
            if runs and not name.endswith(REAL) and _has_interpreter(path):
                yield path


def _has_interpreter(path: Path) -> bool:
    """Whether it is a 64-bit ELF file that asks for a loader."""
    with path.open("rb") as file:
        head = file.read(64)
        if len(head) < 64 or head[:5] != b"\x7fELF\x02":
            return False
        (at,) = struct.unpack_from("<Q", head, 0x20)
        size, count = struct.unpack_from("<HH", head, 0x36)
        file.seek(at)
        table = file.read(size * count)
    return any(struct.unpack_from("<I", table, start)[0] == _INTERP for start in range(0, len(table), size))


def _wrap(program: Path, root: Path, place: Path) -> None:
    real = program.with_name(program.name + REAL)
    program.rename(real)
    there = place / real.relative_to(root)
    loader = f"'{place / LOADER}' --library-path '{place / LIBRARIES}'"
    # the compiler finds its parts from the name that it was called by
    program.write_text(f'#!/bin/sh\nexec {loader} --argv0 "$0" \'{there}\' "$@"\n')
    program.chmod(0o755)


def relocate(root: Path, place: Path) -> None:
    """Points the headers' makefiles and absolute links at `place`, where they will be."""
    for makefile in root.glob("usr/src/linux-headers-*/Makefile"):
        text = makefile.read_text()
        moved = _ABSOLUTE.sub(rf"\g<1>{place}\g<2>", text)
        if moved != text:
            makefile.write_text(moved)
    for link in root.glob("usr/src/linux-headers-*/*"):
        if link.is_symlink() and str(link.readlink()).startswith("/usr/"):
            target = Path(f"{place}{link.readlink()}")
            link.unlink()
            link.symlink_to(target)
