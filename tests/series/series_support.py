# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of series share: extracts of real trees as clones, and running the command."""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from kiter.cli.main import main
from kiter.kernel import sources
from kiter.kernel.cache import Cache, default_root

ROOT = Path(__file__).parents[2]
LETTER = ROOT / "specs/letter"
BPF = "tools/testing/selftests/bpf"
# What kiter reads of a tree, and what makes the kernel's own scripts take it for one.
WANTED = (
    *("Makefile", "MAINTAINERS", "COPYING", "CREDITS", "Kbuild", "README", "*/Kconfig*", "Kconfig"),
    *("tools/sched_ext/include/scx", "ipc/Makefile", ".get_maintainer.ignore", ".mailmap"),
    *("kernel/bpf", "kernel/sched", "lib/kstrtox.h", "mm/slab.h", "mm/internal.h"),
    *("kernel/workqueue_internal.h", "kernel/smpboot.h", "kernel/cgroup/*.h", "io_uring/*.h"),
    *("Documentation/bpf", "Documentation/dev-tools/checkpatch.rst"),
    *("scripts/*.pl", "scripts/*.py", "scripts/Kconfig.include", "scripts/const_structs.checkpatch"),
    *("scripts/kernel-doc*", "scripts/lib/*", "scripts/spelling.txt", "scripts/*.sh"),
    *("include/uapi/linux/bpf.h", "tools/arch/*/include/*", "tools/docs/*", "tools/include/*"),
    *("tools/lib/bpf/*.h", "tools/lib/python/*", "tools/testing/selftests/*.h"),
    *(f"{BPF}/*.h", f"{BPF}/config", f"{BPF}/test_kmods", f"{BPF}/bpf_testmod", f"{BPF}/libarena/include"),
    *(f"{BPF}/progs/*iter*.[ch]", f"{BPF}/progs/bpf_misc.h", f"{BPF}/prog_tests/*iter*.c"),
)
IDENTITY = {"user.name": "Tester", "user.email": "tester@example.org"}


def git(tree: Path, *words: str) -> str:
    """What git says there."""
    done = subprocess.run(["git", "-C", tree, *words], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def repository(version: str, folder: Path) -> Path | None:
    """A repository with one commit that has those files of that version; None if they are not here."""
    archive = sources.archive(version)
    made = sources.unpacked(archive, WANTED, Cache(default_root())) if archive else None
    if made is None:
        return None
    tree = folder / "linux"
    shutil.copytree(made, tree, symlinks=True)
    git(tree, "init", "-q", "-b", "master")
    git(tree, "add", "-Af")
    who = [word for key, value in IDENTITY.items() for word in ("-c", f"{key}={value}")]
    git(tree, *who, "commit", "-qm", f"Linux {version}")
    return tree


def series(tree: Path, *words: object) -> int:
    return main(["series", "--tree", str(tree), *map(str, words)])


def state(tree: Path) -> tuple[str, str, str]:
    """All that a failed run must leave as it was: refs, the index and files, the configuration."""
    refs = git(tree, "for-each-ref", "--format=%(refname) %(objectname)")
    head = (tree / ".git/HEAD").read_text()
    return f"{refs}\n{head}", git(tree, "status", "--porcelain"), git(tree, "config", "--local", "--list")


class Clones:
    """Repositories by version, each made once."""

    def __init__(self, make: Callable[[str], Path]) -> None:
        self.make = functools.cache(make)

    def clone(self, version: str, place: Path) -> Path:
        """A clone of that version, with a name to commit with."""
        source = self.make(version)
        subprocess.run(["git", "clone", "-q", "--shared", source, place], check=True)
        for key, value in IDENTITY.items():
            git(place, "config", key, value)
        return place


def commit(tree: Path, message: str = "mine") -> str:
    """Commit all that is there."""
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", message)
    return git(tree, "rev-parse", "HEAD")
