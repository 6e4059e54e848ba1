# SPDX-License-Identifier: GPL-2.0-only
"""A kernel source tree: the one given, or what the check needs of Debian's linux-source package."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kiter.kernel import tools
from kiter.kernel.cache import Cache, key_of
from kiter.kernel.codes import lacking

# What is unpacked of a source package, below its top folder; not every release has all of it.
_WANTED = (
    "Makefile",
    "Documentation/dev-tools/checkpatch.rst",
    "include/uapi/linux/bpf.h",
    "scripts/*.pl",
    "scripts/*.py",
    "scripts/*.sh",
    "scripts/Kconfig.include",
    "scripts/const_structs.checkpatch",
    "scripts/kernel-doc*",
    "scripts/lib/*",
    "scripts/spelling.txt",
    "tools/arch/*/include/*",
    "tools/docs/*",
    "tools/include/*",
    "tools/lib/bpf/*.h",
    "tools/lib/python/*",
    "tools/testing/selftests/bpf/*.h",
    "*/Kconfig*",
    "Kconfig",
)
_VERSION = re.compile(r"^VERSION = (\d+)\nPATCHLEVEL = (\d+)$", re.MULTILINE)
_NAMED = re.compile(r"linux-source-(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Tree:
    """Sources of Linux `version`; `identity` stands for the files that the check takes from them."""

    path: Path
    version: tuple[int, int]
    identity: str
    given: bool = False

    @property
    def name(self) -> str:
        """For a report: the version, and the folder if the user named it."""
        version = "Linux {}.{}".format(*self.version)
        return f"{version} in {self.path}" if self.given else version

    @property
    def bpf(self) -> Path:
        """The kernel's own BPF selftests."""
        return self.path / "tools/testing/selftests/bpf"


def given(path: Path) -> Tree:
    """The tree that the user named. Raises KiterError E20 if it is none."""
    version = _version(path)
    if version is None or not (path / "scripts/checkpatch.pl").is_file():
        raise lacking("E20", f"{path} is not a Linux source tree")
    return Tree(path.absolute(), version, key_of(str(path.absolute()), *_state(path)), given=True)


def package(sources: Path, version: tuple[int, int]) -> Path | None:
    """The source package below `sources` to use for that kernel: its own, else the newest."""
    found = {path: _NAMED.match(path.name) for path in sources.glob("linux-source-*.tar.*")}
    versions = {path: (int(name[1]), int(name[2])) for path, name in found.items() if name}
    return max(
        versions, key=lambda path: (versions[path] == version, versions[path], path.name), default=None
    )


def unpacked(archive: Path, cache: Cache) -> Tree | None:
    """What the check needs of a source package, unpacked once; None if it does not unpack.

    Raises KiterError E19 if there is no tar or no decompressor.
    """
    stat = archive.stat()
    key = key_of("tree", str(archive), str(stat.st_mtime_ns), str(stat.st_size), *_WANTED)
    path = cache.path("trees", key, "")
    if not (path / "scripts/checkpatch.pl").is_file():
        made = _unpack(archive, key, cache)
        if made is None:
            return None
        path = made
    version = _version(path)
    return Tree(path, version, key) if version else None


def _unpack(archive: Path, key: str, cache: Cache) -> Path | None:
    tar = tools.require("tar")
    if archive.suffix == ".xz":
        tools.require("xz")
    top = archive.name.partition(".tar")[0]
    wanted = [f"{top}/{pattern}" for pattern in _WANTED]
    with cache.scratch() as scratch:
        made = scratch / "tree"
        made.mkdir()
        # Patterns that match nothing are an error to tar, but not to us: what counts is what came out.
        tools.run(
            [tar.path, "-xf", str(archive), "-C", str(made), "--strip-components=1", "--wildcards", *wanted]
        )
        if not (made / "scripts/checkpatch.pl").is_file():
            return None
        return cache.keep("trees", key, "", made)


def _version(path: Path) -> tuple[int, int] | None:
    try:
        found = _VERSION.search((path / "Makefile").read_text(encoding="utf-8", errors="replace")[:4096])
    except OSError:
        return None
    return (int(found[1]), int(found[2])) if found else None


def _state(path: Path) -> Iterable[str]:
    """The files of a tree that may be edited between runs."""
    scripts = ("checkpatch.pl", "kernel-doc", "spelling.txt", "const_structs.checkpatch")
    files = [path / "scripts" / name for name in scripts]
    for folder in ("tools/testing/selftests/bpf", "tools/lib/bpf"):
        files += sorted((path / folder).glob("*.h"))
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        yield f"{file.name}:{stat.st_mtime_ns}:{stat.st_size}"
