# SPDX-License-Identifier: GPL-2.0-only
"""Where the BTF of a kernel is, and which release it is of: BTF itself does not say."""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator
from pathlib import Path

from kiter.btf.reader import Btf
from kiter.kernel import headers, kernels
from kiter.kernel.arch import own
from kiter.kernel.codes import lacking
from kiter.kernel.named import named
from kiter.regex import regex
from kiter.spec.release import numbers
from kiter.value_class import value_class

RUNNING = Path("/sys/kernel/btf")
KERNEL = "vmlinux"
_VERMAGIC = regex(rb"\0vermagic=(\d+\.\d+[\w.+-]*) ")
_BANNER = regex(rb"Linux version (\d+\.\d+[\w.+-]*) \(")


@value_class
class Source:
    """A file with the BTF of a kernel or module, and the kernel's release; "" if nothing tells it.

    `base` is the file of the kernel that a module's types are on top of.
    """

    path: Path
    release: str
    base: Path | None = None

    def read(self) -> Btf:
        """The BTF in the file; raises what Btf.of() does."""
        return Btf.of(self.path, Btf.of(self.base) if self.base else None)


def known() -> tuple[Source, ...]:
    """The kernels of this machine whose BTF is there, fetched or with headers, oldest first."""
    here = (kernel for kernel in (*kernels.installed(), *kernels.fetched()) if kernel.arch == own())
    found = [Source(kernel.btf, kernel.release) for kernel in here]
    found += [Source(one.path / KERNEL, one.release) for one in headers.installed()]
    there = {source.release: source for source in found if source.path.is_file()}
    return tuple(sorted(there.values(), key=lambda source: numbers(source.release)))


def find(kernel: str) -> Source:
    """The BTF of the kernel that a user names (see named.py), or in that file; raises KiterError E18."""
    found = named(kernel)
    if found.file:
        return given(found.file)
    if found.folder:
        path = found.folder / KERNEL
        if path.is_file():
            return Source(path, _told(path))
        raise lacking("E18", f"no BTF in {kernel}: it holds no vmlinux")
    matching = [source for source in known() if kernels.matches(source.release, kernel)]
    if matching:
        return matching[-1]
    hint = f"'kiter kernels fetch {kernel}' gets its headers, or give a file with --btf"
    raise lacking("E18", f"no BTF of Linux {kernel} on this machine", hint)


def running() -> tuple[Source, ...]:
    """The kernel that runs here and its modules, in the order of names; raises KiterError E18."""
    if not (RUNNING / KERNEL).is_file():
        raise lacking("E18", f"the kernel that runs here has no {RUNNING / KERNEL}")
    modules = sorted(path for path in RUNNING.iterdir() if path.name != KERNEL)
    return tuple(given(path) for path in (RUNNING / KERNEL, *modules))


def given(path: Path) -> Source:
    """The BTF in a file, the release as far as the file or what is beside it tells, and a module's base."""
    if path.resolve().is_relative_to(RUNNING):
        module = path.name != KERNEL
        return Source(path, os.uname().release, RUNNING / KERNEL if module else None)
    release = _built_for(path)
    if not release:
        return Source(path, _told(path))
    bases = [source.path for source in known() if source.release == release]
    return Source(path, release, bases[0] if bases else None)


def _told(path: Path) -> str:
    beside = headers.read(path.parent)
    return beside.release if beside else next(_found(_BANNER, path), "")


def _built_for(path: Path) -> str:
    """The release that a module says it is for; "" if the file is no module."""
    return next(_found(_VERMAGIC, path), "") if path.suffix == ".ko" else ""


def _found(what: re.Pattern[bytes], path: Path) -> Iterator[str]:
    """What an ELF file says of itself."""
    with path.open("rb") as file:
        if file.read(4) == b"\x7fELF":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
                yield from (found[1].decode() for found in what.finditer(raw))
