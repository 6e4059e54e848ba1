# SPDX-License-Identifier: GPL-2.0-only
"""The source archives of kernels, installed below /usr/src or fetched: finding them, and unpacking parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.keys import key_of
from kiter.cache.store import Cache, default_root
from kiter.regex import regex

INSTALLED = Path("/usr/src")
_HARMLESS = regex(r"Not found in archive$|Exiting with failure status due to previous errors$")
_NAMED = regex(r"linux-source-(\d+)\.(\d+)\.tar\.")


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
    key = key_of("tree", cache.digests.of(str(archive)), *wanted)

    def make(work: Path) -> Sequence[str]:
        if not (unpack(archive, wanted, work) and (work / needed).is_file()):
            raise _UselessError
        return ()

    try:
        return cache.made("trees", key, make)
    except _UselessError:
        return None


def listed(archive: Path, cache: Cache) -> frozenset[str]:
    """The paths of all files of the archive, its top folder left out; read once.

    Raises KiterError E19 if there is no tar or no decompressor.
    """
    key = key_of("listed", cache.digests.of(str(archive)))

    def make(work: Path) -> Sequence[str]:
        paths = (line.partition("/")[2] for line in _tar(archive, "-tf", str(archive)).stdout.splitlines())
        (work / "paths").write_text("\n".join(paths), encoding="utf-8")
        return ()

    return frozenset((cache.made("listed", key, make) / "paths").read_text(encoding="utf-8").split("\n"))


class _UselessError(Exception):
    """What came out of an archive is not what is needed."""


def unpack(archive: Path, wanted: Sequence[str], work: Path, *options: str) -> bool:
    """Into that folder, with more options for tar; whether all that is wanted and in the archive came out."""
    top = archive.name.partition(".tar")[0]
    words = ["-xf", str(archive), "-C", str(work), "--strip-components=1", "--wildcards", *options]
    done = _tar(archive, *words, *(f"{top}/{pattern}" for pattern in wanted))
    # Patterns that match nothing are an error to tar, but not to us.
    return all(_HARMLESS.search(line) for line in done.stderr.splitlines())


def _tar(archive: Path, *words: str) -> tools.Outcome:
    tar = tools.require("tar")
    if archive.suffix == ".xz":
        tools.require("xz")
    return tools.run([tar.path, *words])
