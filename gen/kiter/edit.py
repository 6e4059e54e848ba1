# SPDX-License-Identifier: GPL-2.0-only
"""Edits of a text that the user wrote: which of them go together, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiter.errors import Diagnostic, Edit, Position


def swapped(at: Position, old: str, new: str, source: str) -> Edit | None:
    """The edit that puts `new` where `old` stands in a line; None when it does not stand there."""
    if not source.startswith(old, at.column - 1):
        return None
    return Edit(at, Position(at.file, at.line, at.column + len(old)), new)


def apart(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Those whose edits can be made at once, by place; of two that overlap the first."""
    chosen: list[Diagnostic] = []
    for diagnostic in sorted((d for d in found if d.edit), key=lambda d: (_edit(d), d)):
        if not chosen or _edit(chosen[-1]).last < _edit(diagnostic).first:
            chosen.append(diagnostic)
    return chosen


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with edits made that do not overlap; its line ends and byte order mark are kept."""
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    lines = text.removeprefix(bom).split("\n")
    end = "\r\n" if lines[0].endswith("\r") else "\n"
    for edit in sorted(edits, reverse=True):
        first, last = edit.first, edit.last
        before = lines[first.line - 1][: first.column - 1]
        after = lines[last.line - 1][last.column - 1 :]
        whole = before + edit.text.replace("\n", end) + after
        lines[first.line - 1 : last.line] = whole.split("\n")
    return bom + "\n".join(lines)


def _edit(diagnostic: Diagnostic) -> Edit:
    assert diagnostic.edit is not None
    return diagnostic.edit
