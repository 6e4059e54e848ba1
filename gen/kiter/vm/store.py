# SPDX-License-Identifier: GPL-2.0-only
"""A cache of build results under the digest of everything that went into them."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


def digest(parts: Iterable[str | bytes]) -> str:
    """One short name for all the parts; where one ends matters."""
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        total.update(len(raw).to_bytes(8, "big"))
        total.update(raw)
    return total.hexdigest()[:32]


def tree_digest(folder: Path) -> str:
    """The digest of all files below a folder, names included."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return digest(part for p in files for part in (str(p.relative_to(folder)), p.read_bytes()))


@dataclass(frozen=True, slots=True)
class Store:
    """Folders named `<kind>/<digest>`, each complete or absent."""

    root: Path

    def path(self, kind: str, key: str) -> Path:
        """Where the result of that key is, or would be."""
        return self.root / kind / key

    def has(self, kind: str, key: str) -> bool:
        """Whether the result is there."""
        return self.path(kind, key).is_dir()

    def get(self, kind: str, key: str, make: Callable[[Path], None]) -> Path:
        """The result's folder; `make` fills an empty one if it is not there yet.

        What `make` raises is passed on, and leaves nothing behind.
        """
        if self.has(kind, key):
            return self.path(kind, key)
        (self.root / kind).mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=self.root / kind))
        try:
            make(work)
            return self.adopt(kind, key, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def adopt(self, kind: str, key: str, work: Path) -> Path:
        """Makes a finished folder the result; somebody else's equal one may have been first."""
        place = self.path(kind, key)
        place.parent.mkdir(parents=True, exist_ok=True)
        work.chmod(0o755)
        try:
            work.rename(place)
        except OSError:
            if not place.is_dir():
                raise
        return place
