# SPDX-License-Identifier: GPL-2.0-only
"""The files of a tree as they are after a series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kiter.codes import CODES
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position, environment
from kiter.patches.mails import NOTHING, Change, Hunk, Mail
from kiter.value_class import value_class

Reader = Callable[[str], str | None]
"""A file of the tree by its path there, None where there is none."""


@value_class
class Origin:
    """Where a line comes from; `touched` if the series adds it, or takes away the line before it."""

    mail: int  # counted from 0
    row: int  # of the file that the patch is in, from 0
    sign: str  # that it has there
    touched: bool


@value_class
class After:
    """A file after the series: its lines, and for each the patch that shows it, if any."""

    path: str
    lines: list[str]
    origins: list[Origin | None]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)


def after(series: Sequence[Mail], read: Reader, name: str) -> list[After]:
    """Each file that the series leaves changed; `name` is the file that the patches are in.

    Raises KiterError where a patch does not apply to the tree.
    """
    found: dict[str, After] = {}
    for number, mail in enumerate(series):
        for change in mail.changes:
            _apply(found, number, change, read, name)
    return list(found.values())


def _apply(found: dict[str, After], number: int, change: Change, read: Reader, name: str) -> None:
    if any(".." in path.split("/") or path.startswith("/") for path in {change.old, change.new} - {NOTHING}):
        raise _outside(change, name)
    before = found.pop(change.old, None)
    if before is None:
        text = "" if change.old == NOTHING else read(change.old)
        if text is None:
            raise _missing(change, name)
        lines = text.split("\n") if text else []
        before = After(change.old, lines, [None] * len(lines))
    moved = 0
    for hunk in change.hunks:
        moved += _patched(before, hunk, moved, number, change, name)
    if change.new != NOTHING:
        found[change.new] = After(change.new, before.lines, before.origins)


def _patched(file: After, hunk: Hunk, moved: int, number: int, change: Change, name: str) -> int:  # noqa: PLR0917 - one hunk with all it is told of
    """Put one hunk in its place; how many lines the file has more now."""
    if not hunk.whole:
        raise _cut_off(change, hunk, name)
    old = [row.text for row in hunk.rows if row.sign != "+"]
    new = [row for row in hunk.rows if row.sign != "-"]
    at = _found(file.lines, old, hunk.first + moved)
    if at is None:
        raise _refused(change, hunk, name)
    file.lines[at : at + len(old)] = [row.text for row in new]
    file.origins[at : at + len(old)] = _origins(hunk, number)
    return len(new) - len(old)


def _origins(hunk: Hunk, number: int) -> list[Origin | None]:
    """Where each line of the new file comes from; behind one that goes stands one that is touched."""
    found: list[Origin | None] = []
    gone = False
    for row in hunk.rows:
        if row.sign != "-":
            found.append(Origin(number, row.at, row.sign, row.sign == "+" or gone))
        gone = row.sign == "-"
    return found


def _found(lines: Sequence[str], old: Sequence[str], near: int) -> int | None:
    """Where lines stand, as near to a row as can be."""
    last = len(lines) - len(old)
    for at in sorted(range(last + 1), key=lambda row: abs(row - near)) if old else [min(near, len(lines))]:
        if lines[at : at + len(old)] == list(old):
            return at
    return None


def _missing(change: Change, name: str) -> KiterError:
    code = CODES["S40"]
    message = f"there is no {change.old} in the tree"
    return environment("S40", message, code.reason, code.hint, file=name)


def _outside(change: Change, name: str) -> KiterError:
    reason = "A path of a patch is one of the tree, as git apply has it."
    return environment("S40", f"{change.path} is outside of the tree", reason, CODES["S40"].hint, file=name)


def _refused(change: Change, hunk: Hunk, name: str) -> KiterError:
    at = Position(name, hunk.rows[0].at + 1 if hunk.rows else 0)
    message = f"it does not apply to {change.path}"
    found = Diagnostic(at, "S41", message, CODES["S41"].reason, CODES["S41"].hint)
    return KiterError(found, status=ENVIRONMENT)


def _cut_off(change: Change, hunk: Hunk, name: str) -> KiterError:
    at = Position(name, hunk.rows[-1].at + 1 if hunk.rows else 0)
    reason = "The head of a hunk counts its lines, and here is the last one of fewer."
    hint = "save the whole mail, as the archive of the list has it"
    found = Diagnostic(at, "S41", f"the patch of {change.path} is cut off", reason, hint)
    return KiterError(found, status=ENVIRONMENT)


def touched(file: After, rows: Iterable[int]) -> bool:
    """Whether the series adds or changes one of the rows."""
    origins = (file.origins[row] for row in rows if 0 <= row < len(file.origins))
    return any(one is not None and one.touched for one in origins)
