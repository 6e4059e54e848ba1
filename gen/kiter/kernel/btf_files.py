# SPDX-License-Identifier: GPL-2.0-only
"""Where the BTF of a kernel is, and which release it is of: BTF itself does not say."""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiter.kernel import headers, kernels
from kiter.kernel.codes import lacking

RUNNING = Path("/sys/kernel/btf")
_BANNER = re.compile(rb"Linux version (\d+\.\d+[\w.+-]*) \(")


@dataclass(frozen=True, slots=True)
class Source:
    """A file with the BTF of a kernel, and the kernel's release; "" if nothing tells it."""

    path: Path
    release: str


def known() -> tuple[Source, ...]:
    """The kernels of this machine whose BTF is there, fetched or with headers, oldest first."""
    found = [Source(kernel.btf, kernel.release) for kernel in (*kernels.installed(), *kernels.fetched())]
    found += [Source(one.path / "vmlinux", one.release) for one in headers.installed()]
    there = {source.release: source for source in found if source.path.is_file()}
    return tuple(sorted(there.values(), key=lambda source: kernels.numbers(source.release)))


def find(kernel: str) -> Source:
    """The BTF of a build directory, or of the newest release that begins so; raises KiterError E18."""
    if Path(kernel).is_dir():
        path = Path(kernel) / "vmlinux"
        if path.is_file():
            return Source(path, _told(path))
        raise lacking("E18", f"no BTF in {kernel}: it holds no vmlinux")
    matching = [source for source in known() if kernels.matches(source.release, kernel)]
    if matching:
        return matching[-1]
    hint = f"'kiter kernels fetch {kernel}' gets its headers, or give a file with --btf"
    raise lacking("E18", f"no BTF of Linux {kernel} on this machine", hint)


def given(path: Path) -> Source:
    """The BTF in a file, and the release as far as the file or what is beside it tells."""
    return Source(path, _told(path))


def _told(path: Path) -> str:
    if path.is_relative_to(RUNNING):
        return os.uname().release
    beside = headers.read(path.parent)
    return beside.release if beside else next(_banners(path), "")


def _banners(path: Path) -> Iterator[str]:
    """What a whole vmlinux says of itself."""
    with path.open("rb") as file:
        if file.read(4) == b"\x7fELF":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
                yield from (found[1].decode() for found in _BANNER.finditer(raw))
