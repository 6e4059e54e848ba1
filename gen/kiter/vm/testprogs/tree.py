# SPDX-License-Identifier: GPL-2.0-only
"""The part of a kernel's source from which its test_progs is built, without the tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.errors import environment
from kiter.kernel import sources, tree
from kiter.regex import regex
from kiter.spec.release import numbers, spelled
from kiter.value_class import value_class

BPF = "tools/testing/selftests/bpf"
# what of a tree is needed; a release may lack some
WANTED = (
    *("Makefile", "include/uapi", "kernel/bpf/disasm.[ch]", "scripts/bpf_doc.py"),
    *("tools/arch", "tools/bpf", "tools/build", "tools/include", "tools/lib", "tools/scripts"),
    *("tools/testing/selftests/*.mk", "tools/testing/selftests/*.h", BPF),
)
# test_progs is linked with the BTF ids of this one
KEPT = frozenset({"btf_data.c"})
PRUNED = ("prog_tests/*.c", "progs/*.c", "map_tests/*.c", "verifier/*.c", "benchs/*.c")

# what a build leaves in a tree
BUILT = regex(r"\.([oad]|ko|cmd|so|l?skel\.h|subskel\.h)$|^(vmlinux|bpf_helper_defs|tests)\.h$|^FEATURE-DUMP")
BUILT_FOLDERS = frozenset({"tools", "host-tools", "no_alu32", "cpuv4", "bpf_gcc", "feature"})


@value_class
class Source:
    """Where that part of a kernel is, pruned; the name of its folder changes with its content."""

    path: Path


def source(release: str, given: Path | None, cache: Cache) -> Source:
    """The source to build test_progs from: the tree that is given, else the package for the kernel.

    Raises KiterError R16 if there is none.
    """
    return _of_tree(given, cache) if given else _of_package(release, cache)


def _of_package(release: str, cache: Cache) -> Source:
    version = numbers(release)[:2]
    archive = tree.package((sources.INSTALLED, sources.folder()), version)
    if archive is None:
        wanted = f"linux-source-{spelled(version)}"
        raise environment(
            "R16",
            "no kernel source to build test_progs from",
            file=str(sources.INSTALLED),
            hint=f"install {wanted}, or kiter kernels fetch {spelled(version)}",
        )

    def make(work: Path) -> tuple[str, ...]:
        if not sources.unpack(archive, WANTED, work, "--no-wildcards-match-slash"):
            raise environment("R16", "it does not unpack", file=str(archive))
        for path in [p for p in (work / BPF).rglob("*.c") if _pruned(work, p)]:
            path.unlink()
        _require_selftests(work, archive)
        return ()

    key = key_of("source", code_of(__name__), cache.digests.of(str(archive)))
    return Source(cache.made("testprogs_source", key, make))


def _of_tree(given: Path, cache: Cache) -> Source:
    paths = tuple(_files(given))
    links = {path: str(path.readlink()) for path in paths if path.is_symlink()}

    def make(work: Path) -> Iterator[str]:
        for path in paths:
            place = work / path.relative_to(given)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place, follow_symlinks=False)
            if path not in links:
                yield str(path)
        _require_selftests(work, given)

    names = (f"{path.relative_to(given)} {links.get(path, '')}" for path in paths)
    key = key_of("source", code_of(__name__), str(given.absolute()), *names)
    return Source(cache.made("testprogs_source", key, make))


def _files(given: Path) -> Iterator[Path]:
    """The sources in a tree, in a fixed order; objects of a build in it are left where they are."""
    for pattern in WANTED:
        for top in sorted(given.glob(pattern)):
            found = sorted(top.rglob("*")) if top.is_dir() else [top]
            yield from (p for p in found if _is_source(given, p) and not _pruned(given, p))


def _is_source(given: Path, path: Path) -> bool:
    inside = path.relative_to(given).parts[len(Path(BPF).parts) :]
    if path.is_relative_to(given / BPF) and BUILT_FOLDERS.intersection(inside[:1]):
        return False
    if path.is_symlink():
        return path.name != "bpftool"
    program = not path.suffix and os.access(path, os.X_OK)
    return path.is_file() and not program and not BUILT.search(path.name)


def _pruned(given: Path, path: Path) -> bool:
    name = path.relative_to(given)
    return path.name not in KEPT and any(name.match(f"{BPF}/{p}") for p in PRUNED)


def _require_selftests(work: Path, origin: Path) -> None:
    if not (work / BPF / "test_progs.c").is_file():
        raise environment("R16", "there are no BPF selftests in it", file=str(origin))
