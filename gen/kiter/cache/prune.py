# SPDX-License-Identifier: GPL-2.0-only
"""What is forgotten, so that the cache stays small: first what was not used for longest.

Any number of runs may use the cache meanwhile: what was used within the last day is never removed, and what
is removed is moved away first, so that nobody sees half of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kiter.cache import digests
from kiter.value_class import value_class

KEPT_DAYS = 30
MOST_BYTES = 2 << 30
_HOUR = 60 * 60
_DAY = 24 * _HOUR
_BLOCK = 512  # the unit of st_blocks, whatever the file system's

# Of earlier layouts: folders beside those of the kernels that were fetched, and a file in the store.
_FORMER_FILE = "digests"
_FORMER = (
    *("folders", "kbuild", "kconfig", "libbpf", "products", "results", "templates", "tmp"),
    *("trees", "versions", "vm", "vmlinux"),
)


def touch(path: Path) -> None:
    """Say that an entry is in use; it need not be said more than once in an hour."""
    with contextlib.suppress(OSError):
        if path.stat().st_mtime < time.time() - _HOUR:
            os.utime(path)


def lock_of(work: Path) -> Path:
    """The file that is locked while a folder of work/ is in use."""
    return work.with_name(f"{work.name}.lock")


def when_due(root: Path, now: float) -> None:
    """Prune the cache at that root if nobody did within a day."""
    stamp = root / "store/pruned"
    with contextlib.suppress(OSError):
        if not stamp.exists() or stamp.stat().st_mtime < now - _DAY:
            stamp.touch()
            prune(root, now)


@value_class(order=True)
class _Entry:
    """Something that can be removed by itself."""

    used: float
    path: Path
    size: int


def prune(root: Path, now: float, most: int = MOST_BYTES) -> None:
    """Remove what was not used for KEPT_DAYS, then what is too much, and what killed runs have left."""
    store = root / "store"
    entries = sorted(_entries(store))
    total = sum(entry.size for entry in entries)
    (store / "tmp").mkdir(parents=True, exist_ok=True)
    for path in (store / "tmp").iterdir():
        if _used(path) < now - _DAY:
            shutil.rmtree(path, ignore_errors=True)
    away = Path(tempfile.mkdtemp(dir=store / "tmp"))
    for number, entry in enumerate(entries):
        unused = now - entry.used
        if unused > KEPT_DAYS * _DAY or (total > most and unused > _DAY):
            _remove(entry.path, away / str(number))
            total -= entry.size
    for name in _FORMER:
        if (root / name).is_dir() and _used(root / name) < now - KEPT_DAYS * _DAY:
            shutil.rmtree(root / name, ignore_errors=True)
    digests.compact(store / "files", away)
    (store / _FORMER_FILE).unlink(missing_ok=True)
    shutil.rmtree(away, ignore_errors=True)


def _entries(store: Path) -> Iterator[_Entry]:
    for path in (*store.glob("known/*/*/*"), *store.glob("made/*/*/*")):
        yield _Entry(_used(path), path, _size(path))
    for lock in store.glob("work/*/*.lock"):
        work = lock.with_suffix("")
        yield _Entry(_used(lock), work, _size(work))


def _used(path: Path) -> float:
    """When it was used last; one that goes meanwhile counts as in use."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return time.time()


def _size(path: Path) -> int:
    """What it takes of the disk: the memory of a guest has holes."""
    try:
        if not path.is_dir():
            return _taken(path.stat())
        return sum(_taken(os.lstat(f"{top}/{name}")) for top, _, names in os.walk(path) for name in names)
    except OSError:
        return 0


def _taken(there: os.stat_result) -> int:
    return min(there.st_size, there.st_blocks * _BLOCK)


def _remove(path: Path, away: Path) -> None:
    with contextlib.suppress(OSError), _unlocked(path):
        path.replace(away)


@contextlib.contextmanager
def _unlocked(path: Path) -> Iterator[None]:
    """Raises BlockingIOError if somebody is at work in that folder; its lock goes with it."""
    lock = lock_of(path)
    if not lock.exists():
        yield
        return
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
