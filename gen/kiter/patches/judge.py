# SPDX-License-Identifier: GPL-2.0-only
"""The iterators that a series adds or touches, judged as they are after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiter.csource.source import Source
from kiter.errors import Diagnostic, Position
from kiter.lint.source.check import judged
from kiter.lint.source.model import NAMED, Files, Trio, trios
from kiter.patches.after import After, Reader, touched
from kiter.target.profile import Profile


def judge(files: Mapping[str, After], read: Reader, profile: Profile) -> tuple[list[str], list[Diagnostic]]:
    """The iterators that the series adds or touches, and what is wrong with them."""
    changed = [Source(one.path, one.text) for one in files.values() if NAMED.search(one.text)]
    if not changed:
        return [], []
    around = [profile.common_file] if profile.common_file not in files else []
    others = [Source(path, text) for path in around if (text := read(path))]

    def near(path: str) -> str:
        return files[path].text if path in files else read(path) or ""

    every = Files((*changed, *others), profile, near)
    names, found = judged(every, (one for one in trios(every) if _touched(one, files)))
    return names, [one for one in found if one.at.file in files]


def _touched(trio: Trio, files: Mapping[str, After]) -> bool:
    """Whether the series adds or changes a line of the kfuncs, or of their ids."""
    file = files.get(trio.source.path)
    items = [one.item for one in (*trio.kfuncs, *trio.companions)]
    rows = [row for item in items for row in range(item.first, item.last + 1)]
    registered = (trio.registered(what) for what in ("new", "next", "destroy"))
    listed = [(one.source.path, one.id.first) for one in registered if one is not None]
    beside = any(path in files and touched(files[path], [row]) for path, row in listed)
    return beside or (file is not None and touched(file, rows))


def row_of(files: Mapping[str, After], found: Diagnostic) -> tuple[int, int] | None:
    """The mail and the row of the patch that show the line of a finding."""
    file = files.get(found.at.file)
    origin = file.origins[found.at.line - 1] if file and found.at.line else None
    return (origin.mail, origin.row) if origin else None


def in_patch(found: Diagnostic, files: Mapping[str, After], name: str) -> Diagnostic:
    """The finding at its line of the patch, where the patch shows that line."""
    trail = tuple((_moved(at, files, name), says) for at, says in found.trail)
    at = _moved(found.at, files, name)
    file = files.get(found.at.file)
    origin = file.origins[found.at.line - 1] if file and found.at.line else None
    source = f"{origin.sign}{found.source}" if origin else found.source
    return replace(found, at=at, source=source, trail=trail)


def _moved(at: Position, files: Mapping[str, After], name: str) -> Position:
    file = files.get(at.file)
    origin = file.origins[at.line - 1] if file and 0 < at.line <= len(file.origins) else None
    return Position(name, origin.row + 1, at.column + 1) if origin else at
