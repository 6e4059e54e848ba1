# SPDX-License-Identifier: GPL-2.0-only
"""An initramfs (cpio, "newc") from files in memory: the same bytes for the same content."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import PurePosixPath

CONSOLE = (5, 1)


def _record(ino: int, name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    raw = name.encode() + b"\0"
    # ino mode uid gid nlink mtime size devmajor devminor rdevmajor rdevminor namesize check
    fields = (ino, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(raw), 0)
    header = b"070701" + b"".join(b"%08x" % f for f in fields)
    return _pad(header + raw) + _pad(data)


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _folders(paths: list[str]) -> list[str]:
    found = {str(parent) for p in paths for parent in PurePosixPath(p).parents}
    return sorted(found - {".", "/"})


def pack(files: Mapping[str, bytes], executable: frozenset[str] = frozenset()) -> bytes:
    """The archive of {path: content}, paths relative to the root; folders come by themselves.

    `executable` names those of the files that can be run. The console device is always there,
    because the first process of a guest has no output without it.
    """
    records: list[bytes] = []

    def add(name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> None:
        records.append(_record(len(records) + 1, name, mode, data, device))

    for folder in sorted({*_folders(list(files)), "dev", "mnt", "proc", "sys", "tmp"}):
        add(folder, stat.S_IFDIR | 0o755)
    add("dev/console", stat.S_IFCHR | 0o600, device=CONSOLE)
    for path in sorted(files):
        add(path, stat.S_IFREG | (0o755 if path in executable else 0o644), files[path])
    records.append(_record(0, "TRAILER!!!", 0))
    archive = b"".join(records)
    return archive + bytes(-len(archive) % 512)
