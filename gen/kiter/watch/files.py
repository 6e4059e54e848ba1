# SPDX-License-Identifier: GPL-2.0-only
"""Which files a run depends on that a user edits, and whether one has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter import frontend
from kiter.errors import KiterError
from kiter.fixtures.known import FOLDER

State = frozenset[tuple[str, int, int, int]]
"""Each file with what changes when it is written: its time, its size and its number."""


def state(given: Sequence[str]) -> State:
    """Of the specs that the user's words come to, and of the fixtures beside them."""
    return frozenset(_stamped(path) for path in _edited(given))


def _edited(given: Sequence[str]) -> Iterator[Path]:
    specs = _specs(given)
    yield from specs
    for folder in {Path(FOLDER), *(spec.parent / FOLDER for spec in specs)}:
        yield from (path for path in folder.rglob("*") if path.is_file())


def _specs(given: Sequence[str]) -> tuple[Path, ...]:
    try:
        return frontend.collect(given)
    except KiterError:
        # a folder whose last spec has just gone
        return ()


def _stamped(path: Path) -> tuple[str, int, int, int]:
    try:
        there = os.stat(path)  # noqa: PTH116 -- as often as five times in a second
    except OSError:
        return str(path), 0, 0, 0
    return str(path), there.st_mtime_ns, there.st_size, there.st_ino
