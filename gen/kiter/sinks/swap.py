# SPDX-License-Identifier: GPL-2.0-only
"""Replace and remove many files together: when anything fails, all of them are as they were."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

PREFIX = ".kiter-"


def swap(texts: Mapping[Path, str], removed: Iterable[Path]) -> None:
    """Write the texts and remove files; raises OSError, and then nothing has changed.

    Everything that can fail for want of room comes first: the new texts and the old files are kept
    beside their places, so that only renaming is left to do and to undo.
    """
    removed = tuple(path for path in removed if os.path.lexists(path))
    with contextlib.ExitStack() as undo:
        for folder in dict.fromkeys(target.parent for target in texts):
            _make(folder, undo)
        staged = [(_stage(target, text, undo), target) for target, text in texts.items()]
        kept = [_keep(target, undo) for target in (*texts, *removed) if os.path.lexists(target)]
        for temporary, target in staged:
            if not os.path.lexists(target):
                _on_failure(undo, target.unlink)
            temporary.replace(target)
        for path in removed:
            path.unlink()
        undo.pop_all()
    for backup in kept:
        _quietly(backup.unlink)


def _quietly(work: Callable[[], object]) -> None:
    with contextlib.suppress(OSError):
        work()


def _on_failure(undo: contextlib.ExitStack, work: Callable[[], object]) -> None:
    undo.callback(_quietly, work)


def _make(folder: Path, undo: contextlib.ExitStack) -> None:
    """The folder, and those above it."""
    for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        with contextlib.suppress(FileExistsError):  # another run was here first
            missing.mkdir()
            _on_failure(undo, missing.rmdir)


def _stage(target: Path, text: str, undo: contextlib.ExitStack) -> Path:
    """The text in a new file beside its place."""
    temporary = Path(tempfile.mktemp(dir=target.parent, prefix=PREFIX))
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    _on_failure(undo, temporary.unlink)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if target.exists():
        shutil.copymode(target, temporary)
    return temporary


def _keep(target: Path, undo: contextlib.ExitStack) -> Path:
    """A second name of a file that will go, or a copy where the file system has no links."""
    backup = Path(tempfile.mktemp(dir=target.parent, prefix=PREFIX))
    _on_failure(undo, backup.unlink)
    try:
        backup.hardlink_to(target)
    except OSError:
        shutil.copy2(target, backup, follow_symlinks=False)
    _on_failure(undo, lambda: backup.replace(target))
    return backup
