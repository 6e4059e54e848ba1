# SPDX-License-Identifier: GPL-2.0-only
"""What the tests on kernel trees share."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kiter.cli.main import main

ROOT = Path(__file__).parents[2]
BPF = "tools/testing/selftests/bpf"
LETTER = ROOT / "specs/letter"
CSS = str(ROOT / "specs/css.yaml")  # the kernel has it
IDENTITY = ("-c", "user.name=tester", "-c", "user.email=tester@example.org")


def git(tree: Path, *words: str) -> str:
    """What git says there."""
    done = subprocess.run(["git", "-C", tree, *words], capture_output=True, text=True, check=True)
    return done.stdout


def apply(tree, *words: str) -> int:
    return main(["apply", "--tree", str(tree), *map(str, words)])


def snapshot(tree: Path) -> dict[str, bytes]:
    files = (p for p in tree.rglob("*") if p.is_file() and not p.is_symlink() and ".git" not in p.parts)
    return {str(p.relative_to(tree)): p.read_bytes() for p in files}
