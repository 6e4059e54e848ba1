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
# A file that has just been written may be written again without a trace in its times, which have this grain.
_GRAIN = 100_000_000  # nanoseconds


class Digests:
    """What stands at a path: a file by its content, a folder by its names, nothing as such.

    `file` keeps digests from run to run; it is only appended to, so that runs at the same time lose nothing.
    With `once`, each path is looked at a single time, as if all of a run happened at once.
    """

    __slots__ = ("_file", "_known", "_once", "_seen")

    def __init__(self, file: Path, *, once: bool = False) -> None:
        self._file = file
        self._known: dict[str, str] | None = None
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
        found, fresh = [], []
        for path in paths:
            there = _stat(path)
            digest, row = self._digest(path, there) if there else (ABSENT, "")
            found.append(digest)
            self._seen[path] = digest
            fresh += [row] if row else []
        if fresh:
            self._append("".join(fresh))
        return found

    def _digest(self, path: str, there: os.stat_result) -> tuple[str, str]:
        """The digest, and the row to keep it by if it is a new one."""
        mark = _mark(there)
        known, _, digest = self._rows().get(path, "").rpartition(" ")
        if known == mark:
            return digest, ""
        digest = _content(path, there)
        if digest.startswith(_UNREADABLE) or _last_change(there) > time.time_ns() - _GRAIN:
            return digest, ""
        self._rows()[path] = f"{mark} {digest}"
        return digest, f"{path}\n{mark} {digest}\0"

    def _rows(self) -> dict[str, str]:
        if self._known is None:
            self._known = _read(self._file)
        return self._known

    def _append(self, rows: str) -> None:
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, os.fsencode(rows))
            finally:
                os.close(handle)


def compact(file: Path, scratch: Path) -> None:
    """Drop the rows of what is gone or has changed; one that another run adds meanwhile may go, too."""
    kept = []
    for path, known in _read(file).items():
        there = _stat(path)
        if there and known.startswith(f"{_mark(there)} "):
            kept.append(f"{path}\n{known}\0")
    with contextlib.suppress(OSError):
        new = scratch / "digests"
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


def _mark(there: os.stat_result) -> str:
    """What changes with the content."""
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
