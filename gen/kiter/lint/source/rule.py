# SPDX-License-Identifier: GPL-2.0-only
"""The table of the rules for C."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kiter.errors import Diagnostic, Position
from kiter.lint.source.model import Trio

Found = Iterable[tuple[Position, str]]
Check = Callable[[Trio], Found]


@dataclass(frozen=True, eq=False, repr=False)
class SourceRule:
    """One rule for C: as lint.rule.Rule, but `check` looks at an iterator that was written by hand."""

    code: str
    title: str
    reason: str
    kernel: str
    hint: str
    severity: str
    check: Check

    @property
    def why(self) -> str:
        """The reason with the place in the kernel that demands it."""
        return f"{self.reason} ({self.kernel})" if self.kernel else self.reason

    def finding(self, at: Position, message: str, source: str) -> Diagnostic:
        """What the user is told."""
        return Diagnostic(at, self.code, message, self.why, self.hint, source, self.severity)


TABLE: dict[str, SourceRule] = {}


def rule(
    code: str, title: str, reason: str, *, hint: str, kernel: str = "", severity: str = "error"
) -> Callable[[Check], Check]:
    """Enter a function that looks at one iterator."""

    def enter(check: Check) -> Check:
        assert code not in TABLE, code
        TABLE[code] = SourceRule(code, title, reason, kernel, hint, severity, check)
        return check

    return enter
