# SPDX-License-Identifier: GPL-2.0-only
"""docs/lint-c.md: its commands say what the page shows, of its file and of a tree that gets the file."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lint-c.md").read_text("utf-8")
BLOCKS = re.findall(r"^```console fails\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
SHOWN = [one for block in BLOCKS for one in re.split(r"^\$ kiter ", block, flags=re.MULTILINE)[1:]]
CODE = re.findall(r"^```c\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
GIT = {
    **{f"GIT_{who}_NAME": "Ann Author" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ann@example.org" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2026-01-01T12:00:00+0000" for who in ("AUTHOR", "COMMITTER")},
}
ENVIRONMENT = {**os.environ, **GIT, "PYTHONPATH": str(ROOT / "gen"), "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """walker.c, a tree, and a patch that adds the one to the other."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "walker.c").write_text(*CODE)
    tree = folder / "linux"
    (tree / "drivers" / "gadget").mkdir(parents=True)
    (tree / "Makefile").write_text("VERSION = 7\nPATCHLEVEL = 3\n")
    git(tree, "init", "-q", "-b", "master")
    commit(tree, "Linux")
    git(tree, "checkout", "-qb", "walks")
    (tree / "drivers/gadget/walker.c").write_text(*CODE)
    commit(tree, "gadget: Let programs walk over gadgets")
    (folder / "walker.patch").write_text(git(tree, "format-patch", "--stdout", "--no-signature", "master"))
    git(tree, "checkout", "-q", "master")
    return folder


def git(tree: Path, *words: str) -> str:
    """What git says in a tree."""
    return subprocess.run(
        ["git", *words], cwd=tree, env=ENVIRONMENT, check=True, capture_output=True, text=True
    ).stdout


def commit(tree: Path, subject: str) -> None:
    """All that is in a tree as a commit."""
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", subject)


@pytest.mark.parametrize("shown", SHOWN, ids=[one.partition("\n")[0] for one in SHOWN])
def test_a_command_says_what_the_page_shows(folder, shown):
    command, _, lines = shown.partition("\n")
    words = [sys.executable, "-m", "kiter.cli.main", *shlex.split(command)]
    done = subprocess.run(words, cwd=folder, env=ENVIRONMENT, check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    parts = [part.strip("\n") for part in re.split(r"^\.\.\.$", lines, flags=re.MULTILINE)]
    at = 0
    for part in (part for part in parts if part):
        found = (done.stdout + done.stderr).find(part, at)
        assert found >= 0, f"{part}\n\nis not in\n\n{done.stdout}{done.stderr}"
        at = found


def test_the_page_has_commands_and_one_file():
    assert len(SHOWN) == 6 and len(CODE) == 1
