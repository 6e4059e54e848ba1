# SPDX-License-Identifier: GPL-2.0-only
"""The source archives of kernels, installed below /usr/src or fetched: finding them, and unpacking parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from kiter import tools
from kiter.kernel.cache import Cache, default_root, key_of

INSTALLED = Path("/usr/src")
_NAMED = re.compile(r"linux-source-(\d+)\.(\d+)\.tar\.")


def folder() -> Path:
    """Where fetched archives are: $XDG_CACHE_HOME/kiter/sources or below ~/.cache."""
    return default_root() / "sources"


def archives(*places: Path) -> Mapping[tuple[int, int], Path]:
    """The archives in those folders (else the installed and the fetched ones) by version."""
    found: dict[tuple[int, int], Path] = {}
    for place in places or (INSTALLED, folder()):
        for path in sorted(place.glob("linux-source-*.tar.*")):
            name = _NAMED.match(path.name)
            if name:
                found.setdefault((int(name[1]), int(name[2])), path)
    return found


def archive(version: str) -> Path | None:
    """The archive of Linux `version` ("7.3"), wherever it is; None if it is not here."""
    major, _, minor = version.partition(".")
    number = (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)
    return archives().get(number)


def unpacked(archive: Path, wanted: Sequence[str], cache: Cache, needed: str = "Makefile") -> Path | None:
    """A folder of the cache with those paths of the archive, its top folder left out; unpacked once.

    `wanted` are names or patterns ("kernel/bpf", "scripts/*.pl"), a folder standing for all below it; one
    that the release lacks is left out. None if there is no `needed` in what came out, so it is of no use.
    Raises KiterError E19 if there is no tar or no decompressor.
    """
    stat = archive.stat()
    key = key_of("tree", str(archive), str(stat.st_mtime_ns), str(stat.st_size), *wanted)
    path = cache.path("trees", key, "")
    return path if (path / needed).is_file() else _unpack(archive, wanted, needed, key, cache)


def _unpack(archive: Path, wanted: Sequence[str], needed: str, key: str, cache: Cache) -> Path | None:
    tar = tools.require("tar")
    if archive.suffix == ".xz":
        tools.require("xz")
    top = archive.name.partition(".tar")[0]
    with cache.scratch() as scratch:
        made = scratch / "tree"
        made.mkdir()
        # Patterns that match nothing are an error to tar, but not to us: what counts is what came out.
        words = ["-xf", str(archive), "-C", str(made), "--strip-components=1", "--wildcards"]
        tools.run([tar.path, *words, *(f"{top}/{pattern}" for pattern in wanted)])
        return cache.keep("trees", key, "", made) if (made / needed).is_file() else None
