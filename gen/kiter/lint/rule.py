# SPDX-License-Identifier: GPL-2.0-only
"""What a rule is, and the table that the families of rules enter themselves into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kiter.errors import Diagnostic, Edit, Position
from kiter.lint.subject import Subject
from kiter.spec.document import Document
from kiter.spec.model import Spec


class Hit(NamedTuple):
    """One place that breaks a rule; `hint` replaces the rule's own, `edit` does what it says."""

    at: Position
    message: str
    hint: str = ""
    edit: Edit | None = None


Check = Callable[[Subject], Iterable[Hit]]
Together = Callable[[Sequence[Spec]], Iterable[tuple[Spec, Hit]]]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rule:
    """One rule: its code and title, why there is one, the kernel's line behind it, what to do.

    `check` looks at one iterator, `together` at all of a run. A warning does not fail a build. `mends`
    says that hits have an edit, where there is one way only to do what the hint says.
    """

    code: str
    title: str
    reason: str
    kernel: str
    hint: str
    severity: str
    check: Check | None = None
    together: Together | None = None
    mends: bool = False

    @property
    def why(self) -> str:
        """The reason with the place in the kernel that demands it."""
        return f"{self.reason} ({self.kernel})" if self.kernel else self.reason

    def finding(self, document: Document, hit: Hit) -> Diagnostic:
        """A hit as what the user is told."""
        hint, source = hit.hint or self.hint, document.source(hit.at.line)
        return Diagnostic(hit.at, self.code, hit.message, self.why, hint, source, self.severity, hit.edit)


TABLE: dict[str, Rule] = {}


def rule(
    code: str,
    title: str,
    reason: str,
    *,
    hint: str,
    kernel: str = "",
    severity: str = "error",
    mends: bool = False,
) -> Callable[[Check], Check]:
    """Enter a function that looks at one iterator."""

    def enter(check: Check) -> Check:
        assert code not in TABLE, code
        TABLE[code] = Rule(code, title, reason, kernel, hint, severity, check=check, mends=mends)
        return check

    return enter


def rule_together(
    code: str, title: str, reason: str, *, hint: str, kernel: str = ""
) -> Callable[[Together], Together]:
    """Enter a function that looks at all iterators of a run."""

    def enter(together: Together) -> Together:
        assert code not in TABLE, code
        TABLE[code] = Rule(code, title, reason, kernel, hint, "error", together=together)
        return together

    return enter
