# SPDX-License-Identifier: GPL-2.0-only
"""A file without what kiter put into it, whatever else has happened to it since."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from kiter.errors import ENVIRONMENT
from kiter.tree.codes import finding, refusal
from kiter.tree.record import Change
from kiter.value_class import value_class


@value_class
class Edited:
    """A generated region that is no longer what it was: where, counted from 1, and what is there."""

    line: int
    source: str


def without(change: Change, now: str | None, git: str | None) -> str | Edited | None:
    """The text, None for no file, or where a generated region was edited.

    Changes elsewhere in the file are kept: that is a three-way merge, which `git merge-file` does.
    """
    if now == change.after:
        return change.before
    if now == change.before or now is None:  # taken out by other means, as by git checkout
        return now
    if change.before is None:
        return _first_difference(change.after, now)
    return _merged(change.before, change.after, now, git)


def _merged(before: str, after: str, now: str, git: str | None) -> str | Edited:
    if git is None:
        raise refusal(
            [
                finding(
                    "A08", "", "a file has changed since kiter wrote it, and only git can tell what is whose"
                )
            ],
            ENVIRONMENT,
        )
    with tempfile.TemporaryDirectory(prefix="kiter-") as folder:
        files = [Path(folder) / name for name in ("now", "after", "before")]
        for file, text in zip(files, (now, after, before), strict=True):
            file.write_text(text, encoding="utf-8", newline="")
        done = subprocess.run(
            [git, "merge-file", "-p", *files], capture_output=True, text=True, encoding="utf-8", check=False
        )
    if done.returncode == 0:
        return done.stdout
    return _first_difference(after, now)


def _first_difference(after: str, now: str) -> Edited:
    theirs = after.splitlines()
    lines = now.splitlines()
    row = next((r for r, (a, b) in enumerate(zip(theirs, lines, strict=False)) if a != b), len(theirs))
    row = min(row, max(len(lines) - 1, 0))
    return Edited(row + 1, lines[row] if lines else "")
