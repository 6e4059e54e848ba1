# SPDX-License-Identifier: GPL-2.0-only
"""Digests of files and folders, remembered by what stat says of them: a header is read once, not each run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from kiter.cache.keys import key_of

ABSENT = "-"
_UNREADABLE = "errno "
_DEPTH = 3  # folders from the root on: /usr/src/linux-headers-6.12, /home/user/linux, /tmp/of-a-test/run
# A file that has just been written may be written again without a trace in its times, which have this grain.
_GRAIN = 100_000_000  # nanoseconds


class Digests:
    """What stands at a path: a file by its content, a folder by its names, nothing as such.

    `folder` keeps digests from run to run, in a file for all that is below a kernel or a tree, so that a run
    reads what it needs; it is only appended to, so that runs at the same time lose nothing. With `once`, each
    path is looked at a single time, as if all of a run happened at once.
    """

    __slots__ = ("_folder", "_known", "_once", "_seen")

    def __init__(self, folder: Path, *, once: bool = False) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, str]] = {}
        self._once = once
        self._seen: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The digest of what stands there now, ABSENT if nothing does."""
        if self._once and path in self._seen:
            return self._seen[path]
        return self._look((path,))[0]

    def state(self, paths: Iterable[str]) -> str:
        """One digest for what stands at these paths, in this order."""
        listed = list(paths)
        seen = self._seen
        missing = [path for path in listed if path not in seen] if self._once else listed
        self._look(missing)
        return _joined(seen[path] for path in listed)

    def settled(self, paths: Iterable[str], since: int) -> str | None:
        """Like state(), but looked at anew; None if a file has changed since that time (in nanoseconds)."""
        listed = list(paths)
        found = self._look(listed)
        changed = any(_last_change(there) > since for there in map(_stat, listed) if there)
        return None if changed else _joined(found)

    def _look(self, paths: Iterable[str]) -> list[str]:
        found = []
        fresh: dict[str, list[str]] = {}
        for path in paths:
            there = _stat(path)
            digest, row = self._digest(path, there) if there else (ABSENT, "")
            found.append(digest)
            self._seen[path] = digest
            if row:
                fresh.setdefault(_below(path), []).append(row)
        for top, rows in fresh.items():
            self._append(self._folder / key_of(top), "".join(rows))
        return found

    def _digest(self, path: str, there: os.stat_result) -> tuple[str, str]:
        """The digest, and the row to keep it by if it is a new one."""
        mark, rows = mark_of(there), self._rows(_below(path))
        known, _, digest = rows.get(path, "").rpartition(" ")
        if known == mark:
            return digest, ""
        digest = _content(path, there)
        if digest.startswith(_UNREADABLE) or _last_change(there) > time.time_ns() - _GRAIN:
            return digest, ""
        rows[path] = f"{mark} {digest}"
        return digest, f"{path}\n{mark} {digest}\0"

    def _rows(self, top: str) -> dict[str, str]:
        if top not in self._known:
            self._known[top] = _read(self._folder / key_of(top))
        return self._known[top]

    def _append(self, file: Path, rows: str) -> None:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, os.fsencode(rows))
            finally:
                os.close(handle)


def _below(path: str) -> str:
    """The folder whose file has the row of a path: a kernel's, a tree's, or where something was tried out."""
    return "/".join(path.split("/", _DEPTH + 1)[: _DEPTH + 1])


def compact(folder: Path, scratch: Path) -> None:
    """Drop the rows of what is gone or has changed; one that another run adds meanwhile may go, too."""
    with contextlib.suppress(OSError):
        for file in sorted(folder.iterdir()):
            _compact(file, scratch / "digests")


def _compact(file: Path, new: Path) -> None:
    kept = []
    for path, known in _read(file).items():
        there = _stat(path)
        if there and known.startswith(f"{mark_of(there)} "):
            kept.append(f"{path}\n{known}\0")
    if not kept:
        file.unlink()
        return
    new.write_bytes(os.fsencode("".join(kept)))
    new.replace(file)


def _read(file: Path) -> dict[str, str]:
    """Mark and digest by path; of a path that is there twice the last is right."""
    try:
        rows = os.fsdecode(file.read_bytes()).split("\0")
    except OSError:
        return {}
    return {path: known for path, _, known in (row.rpartition("\n") for row in rows)}


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 -- thousands of them in each run
    except (OSError, ValueError):
        return None


def mark_of(there: os.stat_result) -> str:
    """What changes with the content: a file that is copied or unpacked over another may have its time."""
    return f"{there.st_mtime_ns} {there.st_ctime_ns} {there.st_size} {there.st_ino}"


def _last_change(there: os.stat_result) -> int:
    """When a file changed last; of folders only the names count, which others may come and go beside."""
    return max(there.st_mtime_ns, there.st_ctime_ns) if stat.S_ISREG(there.st_mode) else 0


def _content(path: str, there: os.stat_result) -> str:
    try:
        if stat.S_ISDIR(there.st_mode):
            return key_of(*sorted(name for name in os.listdir(path) if _counts(name)))  # noqa: PTH208
        with open(path, "rb") as file:  # noqa: PTH123
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        return f"{_UNREADABLE}{problem.errno}"


def _counts(name: str) -> bool:
    """Whether it can be C or a folder of it; a build beside them leaves other files."""
    return name.endswith((".h", ".c")) or "." not in name


def _joined(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", errors="surrogateescape")).hexdigest()
