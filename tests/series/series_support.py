# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of series share: extracts of real trees as clones, and running the command."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable
from pathlib import Path

from kiter.cli.main import main
from tools.kernel_trees import git, identify

ROOT = Path(__file__).parents[2]
LETTER = ROOT / "specs/letter"


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
        identify(place)
        return place


def commit(tree: Path, message: str = "mine") -> str:
    """Commit all that is there."""
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", message)
    return git(tree, "rev-parse", "HEAD")
