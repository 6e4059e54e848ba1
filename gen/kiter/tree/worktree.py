# SPDX-License-Identifier: GPL-2.0-only
"""A kernel tree to write to: its version, what git says of it, and its files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kiter import tools
from kiter.errors import ENVIRONMENT, Diagnostic
from kiter.spec.release import spelled
from kiter.target.profile import Profile
from kiter.tree.codes import finding, refusal
from kiter.tree.derive import Derived, derived, unknown
from kiter.tree.version import version_of
from kiter.value_class import value_class

FIRST = (6, 4)  # commit 06accc8779c1
HOME = "kernel/bpf"
_RECORD, _ANSWERS = "kiter", "target.toml"
_LEFTOVERS = (".rej", ".orig")


@value_class
class WorkTree:
    """The sources of Linux `version`; `record` is the folder for what was put in, `git` None without git."""

    path: Path
    version: tuple[int, int]
    record: Path
    git: str | None

    @property
    def profile(self) -> Profile:
        """What is generated for it: what its sources say, and the nearest profile where they do not."""
        return self.derived.profile

    @property
    def derived(self) -> Derived:
        """The same with where each fact was read."""
        return derived(self.path, self.version, self.answers)

    @property
    def answers(self) -> Path:
        """The file for what the sources do not say, in the form of a profile."""
        return self.record / _ANSWERS

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What of the kernel could not be read."""
        return tuple(unknown(self.derived, self.path))

    def read(self, path: str) -> str | None:
        """The text of a file, None if there is none; raises KiterError if it cannot be read."""
        return read(self.path / path)

    def changed(self) -> tuple[str, ...]:
        """The files that git knows and that differ from what was committed, in paths of the tree."""
        if self.git is None:
            return ()
        words = ["status", "--porcelain=v1", "-z", "--untracked-files=no", "--no-renames"]
        listed = _git(self.git, self.path, words)
        return tuple(entry[3:] for entry in listed.split("\0") if entry)

    def under_way(self) -> str:
        """What git has begun and not ended in this tree, or ""."""
        if self.git is None:
            return ""
        folder = self.record.parent
        signs = {"MERGE_HEAD": "a merge", "rebase-merge": "a rebase", "rebase-apply": "a rebase or git am"}
        signs |= {"CHERRY_PICK_HEAD": "a cherry-pick", "REVERT_HEAD": "a revert"}
        return next((what for name, what in signs.items() if (folder / name).exists()), "")

    def leftovers(self, paths: Iterable[str]) -> tuple[str, ...]:
        """What a patch that failed left beside these files."""
        found = (path + ending for path in paths for ending in _LEFTOVERS)
        return tuple(path for path in found if (self.path / path).exists())


def read(path: Path) -> str | None:
    """The text of a file, None if there is none; raises KiterError A08 if it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise refusal([finding("A08", str(path), f"it cannot be read: {why}")], ENVIRONMENT) from error


def open_tree(path: Path) -> WorkTree:
    """The tree in that folder; raises KiterError A01 if it is none."""
    version = version_of(path)
    if version is None:
        raise refusal([finding("A01", str(path), "no Makefile of Linux there")], ENVIRONMENT)
    if version < FIRST:
        message = f"Linux {spelled(version)} is older than open-coded iterators, which are there since 6.4"
        raise refusal([finding("A01", str(path), message)], ENVIRONMENT)
    if not (path / HOME).is_dir():
        raise refusal([finding("A01", str(path), f"there is no {HOME}")], ENVIRONMENT)
    git = tools.find("git")
    folder = _git_folder(git.path, path) if git else None
    if git is None or folder is None:
        return WorkTree(path, version, path / f".{_RECORD}", None)
    return WorkTree(path, version, folder / _RECORD, git.path)


def _git_folder(git: str, path: Path) -> Path | None:
    """The folder of the repository whose top the path is, else None."""
    done = subprocess.run(
        [git, "-C", str(path), "rev-parse", "--show-toplevel", "--absolute-git-dir"],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) != 2 or Path(lines[0]).resolve() != path.resolve():
        return None
    return Path(lines[1])


def _git(git: str, path: Path, words: Sequence[str]) -> str:
    done = subprocess.run(
        [git, "-C", str(path), *words], capture_output=True, text=True, errors="surrogateescape", check=False
    )
    if done.returncode:
        said = done.stderr.strip()
        raise refusal([finding("A01", str(path), f"git {words[0]} fails there: {said}")], ENVIRONMENT)
    return done.stdout


def files_below(folder: Path) -> Iterator[Path]:
    """All files below a folder, none if it is not there."""
    for top, _, names in os.walk(folder):
        yield from (Path(top) / name for name in names)
