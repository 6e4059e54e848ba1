# SPDX-License-Identifier: GPL-2.0-only
"""A kernel source tree: the one given, or what the check needs of Debian's linux-source package."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kiter.cache.store import Cache
from kiter.kernel import sources
from kiter.kernel.codes import lacking
from kiter.spec.release import spelled
from kiter.tree.version import version_of
from kiter.value_class import value_class

# What is unpacked of a source package, below its top folder; not every release has all of it.
_WANTED = (
    "Makefile",
    "Documentation/dev-tools/checkpatch.rst",
    "include/linux/btf.h",
    "include/uapi/linux/bpf.h",
    "kernel/bpf/verifier.c",
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


@value_class
class Tree:
    """Sources of Linux `version`."""

    path: Path
    version: tuple[int, int]
    given: bool = False

    @property
    def name(self) -> str:
        """For a report: the version, and the folder if the user named it."""
        version = f"Linux {spelled(self.version)}"
        return f"{version} in {self.path}" if self.given else version

    @property
    def bpf(self) -> Path:
        """The kernel's own BPF selftests."""
        return self.path / "tools/testing/selftests/bpf"


def given(path: Path) -> Tree:
    """The tree that the user named. Raises KiterError E20 if it is none."""
    version = version_of(path)
    if version is None or not (path / "scripts/checkpatch.pl").is_file():
        raise lacking("E20", f"{path} is not a Linux source tree")
    return Tree(path.absolute(), version, given=True)


def package(places: Iterable[Path], version: tuple[int, int]) -> Path | None:
    """The source archive in those folders to use for that kernel: its own, else the newest."""
    found = sources.archives(*places)
    return found[max(found, key=lambda known: (known == version, known))] if found else None


def unpacked(archive: Path, cache: Cache) -> Tree | None:
    """What the check needs of a source archive, unpacked once; None if it does not unpack.

    Raises KiterError E19 if there is no tar or no decompressor.
    """
    path = sources.unpacked(archive, _WANTED, cache, needed="scripts/checkpatch.pl")
    version = version_of(path) if path else None
    return Tree(path, version) if path and version else None
