# SPDX-License-Identifier: GPL-2.0-only
"""What was found out before, by the content it was found out from.

The cache is never needed for a right answer: a lost, broken or unwritable one costs time only. Files appear
by rename, so that runs at the same time see whole files or none.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FORMAT = "1"  # part of every key; a change here forgets everything
KEPT_DAYS = 30
_DAY = 24 * 60 * 60


def default_root() -> Path:
    """$XDG_CACHE_HOME/kiter, or ~/.cache/kiter; where there is no home, a path that does not exist."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if base and Path(base).is_absolute():
        return Path(base) / "kiter"
    return Path(os.path.expanduser("~")) / ".cache" / "kiter"  # noqa: PTH111 -- Path.expanduser() raises


def key_of(*parts: str) -> str:
    """A key for these texts in this order."""
    digest = hashlib.sha256(FORMAT.encode())
    for part in parts:
        raw = part.encode("utf-8", errors="surrogatepass")
        digest.update(f"{len(raw)}:".encode())
        digest.update(raw)
    return digest.hexdigest()


@functools.cache
def own_code() -> str:
    """A key for this package's own code, on which every result depends as on a compiler's."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return key_of(*(file.read_text(encoding="utf-8") for file in files))


class Cache:
    """Values and files by key, below `root`; `problem` says why nothing is remembered, or is ""."""

    __slots__ = ("problem", "root")

    def __init__(self, root: Path, problem: str = "") -> None:
        self.root = root
        self.problem = problem

    def path(self, kind: str, key: str, suffix: str = ".json") -> Path:
        """Where the entry stands, if it is there."""
        return self.root / kind / key[:2] / (key + suffix)

    def load(self, kind: str, key: str) -> object:
        """The JSON value stored under that key; None if there is none that can be read."""
        try:
            value: object = json.loads(self.path(kind, key).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return value

    def store(self, kind: str, key: str, value: object) -> None:
        """Remember a JSON value; a failure is noted, not raised."""
        path = self.path(kind, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self.scratch() as scratch:
                new = scratch / "value"
                new.write_text(json.dumps(value), encoding="utf-8")
                new.replace(path)
        except OSError as problem:
            self.problem = f"{self.root}: {problem.strerror}"

    def keep(self, kind: str, key: str, suffix: str, made: Path) -> Path:
        """Move a file or folder made in scratch() into the cache, and say where it is now."""
        path = self.path(kind, key, suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            made.replace(path)
        except OSError:
            # Another run has moved its equal folder there first, or a broken one is in the way.
            if not path.is_dir():
                raise
        return path

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder on the cache's own file system, gone afterwards."""
        base = self.root / "tmp"
        base.mkdir(parents=True, exist_ok=True)
        path = Path(tempfile.mkdtemp(dir=base))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def prune(self, now: float | None = None) -> None:
        """Forget what was made more than KEPT_DAYS ago, and scratch folders that a killed run left."""
        limit = (now or time.time()) - KEPT_DAYS * _DAY
        for folder in ("results", "products", "trees", "libbpf", "vmlinux", "kconfig", "templates"):
            for path in (self.root / folder).glob("*/*"):
                _remove_older(path, limit)
        for path in (self.root / "tmp").glob("*"):
            _remove_older(path, limit + (KEPT_DAYS - 1) * _DAY)


def _remove_older(path: Path, limit: float) -> None:
    with contextlib.suppress(OSError):
        if path.stat().st_mtime >= limit:
            return
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


@contextlib.contextmanager
def opened(root: Path | None = None) -> Iterator[Cache]:
    """The cache at `root` (else the user's own); a folder of this run stands in for an unwritable one."""
    wanted = root or default_root()
    problem = _unwritable(wanted)
    if not problem:
        yield Cache(wanted)
        return
    with tempfile.TemporaryDirectory(prefix="kiter-") as temporary:
        yield Cache(Path(temporary), problem)


def _unwritable(root: Path) -> str:
    """Why nothing can be written below root, or ""."""
    try:
        base = root / "tmp"
        base.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=base)
        os.close(handle)
        Path(name).unlink()
    except OSError as problem:
        return f"the cache {root} cannot be written ({problem.strerror}): nothing is remembered"
    return ""
