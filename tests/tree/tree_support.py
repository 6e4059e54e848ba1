# SPDX-License-Identifier: GPL-2.0-only
"""What the tests on kernel trees share."""

from __future__ import annotations

from pathlib import Path

from kiter.cli.main import main

ROOT = Path(__file__).parents[2]
LETTER = ROOT / "specs/letter"
CSS = str(ROOT / "specs/css.yaml")  # the kernel has it


def apply(tree, *words: str) -> int:
    return main(["apply", "--tree", str(tree), *map(str, words)])


def snapshot(tree: Path) -> dict[str, bytes]:
    files = (p for p in tree.rglob("*") if p.is_file() and not p.is_symlink() and ".git" not in p.parts)
    return {str(p.relative_to(tree)): p.read_bytes() for p in files}
