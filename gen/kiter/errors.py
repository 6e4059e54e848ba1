# SPDX-License-Identifier: GPL-2.0-only
"""What a user is told: positions, diagnostics and the one exception that carries them."""

from __future__ import annotations

from dataclasses import field

from kiter.value_class import value_class

FINDINGS = 1
ENVIRONMENT = 2


@value_class(order=True)
class Position:
    """A place in a file the user wrote: line and column count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0


@value_class(order=True)
class Edit:
    """A fix that leaves no choice: the text from `first` up to `last`, itself not in it, becomes `text`.

    `follows`: what it takes away may be unused only because of another error, such as a misspelt name.
    """

    first: Position
    last: Position
    text: str
    follows: bool = False


@value_class(order=True)
class Diagnostic:
    """One finding."""

    at: Position  # where
    code: str  # which rule, such as S03 or C01
    message: str  # what
    reason: str = ""  # why
    hint: str = ""  # what to do
    source: str = ""  # the line of the file that `at` points into, as the user wrote it, or ""
    severity: str = "error"  # "error", "warning" or "note"
    # does what the hint says, where there is only one way to do it
    edit: Edit | None = field(default=None, compare=False)
    # the lines on the way to it, in order, with what happens on each
    trail: tuple[tuple[Position, str], ...] = field(default=(), compare=False)


class KiterError(Exception):
    """The only exception that library code raises on purpose; `status` is the exit code."""

    def __init__(self, *diagnostics: Diagnostic, status: int = FINDINGS) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = tuple(sorted(diagnostics))
        self.status = status


def environment(code: str, message: str, reason: str = "", hint: str = "", file: str = "") -> KiterError:
    """An error of the machine, not of a spec (exit status 2): no compiler, no headers, ..."""
    found = Diagnostic(Position(file), code, message, reason, hint)
    return KiterError(found, status=ENVIRONMENT)
