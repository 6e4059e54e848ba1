# SPDX-License-Identifier: GPL-2.0-only
"""Replace and remove many files together: when anything fails, all of them are as they were."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = ".kiter-"


def swap(texts: Mapping[Path, str], removed: Iterable[Path]) -> None:
    """Write the texts and remove files; raises OSError, and then nothing has changed.

    Everything that can fail for want of room comes first: the new texts and the old files are kept
    beside their places, so that only renaming is left to do and to undo.
    """
    given = {str(target): text for target, text in texts.items()}
    gone = [str(path) for path in removed if os.path.lexists(path)]
    done = _Done()
    try:
        for folder in dict.fromkeys(map(os.path.dirname, given)):
            done.make(folder)
        staged = [(done.stage(target, text), target) for target, text in given.items()]
        kept = [done.keep(target) for target in (*given, *gone) if os.path.lexists(target)]
        for temporary, target in staged:
            done.place(temporary, target)
        for path in gone:
            os.unlink(path)
    except BaseException:
        done.undo()
        raise
    for backup in kept:
        _quietly(os.unlink, backup)


def _quietly(work: Callable[..., object], *given: str) -> None:
    with contextlib.suppress(OSError):
        work(*given)


@dataclass(slots=True, eq=False, repr=False)
class _Done:
    """What was done so far, as names only: there may be thousands of files.

    folders: that were made
    staged: new texts beside their places
    kept: the second names of files that will go, with the first
    new: files where there were none
    """

    folders: list[str] = field(default_factory=list)
    staged: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    names: Iterator[str] = field(default_factory=lambda: _names(os.urandom(6).hex()))

    def make(self, folder: str) -> None:
        """The folder, and those above it."""
        missing = itertools.takewhile(lambda one: not one.exists(), (Path(folder), *Path(folder).parents))
        for one in reversed([str(path) for path in missing]):
            with contextlib.suppress(FileExistsError):  # another run was here first
                os.mkdir(one)
                self.folders.append(one)

    def stage(self, target: str, text: str) -> str:
        """The text in a new file beside its place."""
        temporary = self._beside(target)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self.staged.append(temporary)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        if os.path.exists(target):
            shutil.copymode(target, temporary)
        return temporary

    def keep(self, target: str) -> str:
        """A second name of a file that will go, or a copy where the file system has no links."""
        backup = self._beside(target)
        self.kept.append((backup, target))
        try:
            os.link(target, backup, follow_symlinks=False)
        except OSError:
            shutil.copy2(target, backup, follow_symlinks=False)
        return backup

    def place(self, temporary: str, target: str) -> None:
        """The new text where it belongs."""
        if not os.path.lexists(target):
            self.new.append(target)
        os.replace(temporary, target)

    def undo(self) -> None:
        """Take all of it back, the last first."""
        for target in reversed(self.new):
            _quietly(os.unlink, target)
        for backup, target in reversed(self.kept):
            _quietly(_restore, backup, target)
        for temporary in self.staged:
            _quietly(os.unlink, temporary)
        for folder in reversed(self.folders):
            _quietly(os.rmdir, folder)

    def _beside(self, target: str) -> str:
        return os.path.join(os.path.dirname(target), next(self.names))


def _restore(backup: str, target: str) -> None:
    """The old file in its place; two names of one file both stay when one becomes the other."""
    os.replace(backup, target)
    os.unlink(backup)


def _names(run: str) -> Iterator[str]:
    """Names that no other run has."""
    return (f"{PREFIX}{run}-{number}" for number in itertools.count())
