# SPDX-License-Identifier: GPL-2.0-only
"""What a rule is, whatever it looks at, and the tables that the families of rules enter themselves into."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from kiter.errors import Diagnostic, Edit, Position
from kiter.value_class import value_class

S = TypeVar("S")


class Hit(NamedTuple):
    """One place that breaks a rule."""

    at: Position  # the place
    message: str  # what is wrong
    hint: str = ""  # instead of the rule's own
    edit: Edit | None = None  # does what the hint says
    severity: str = ""  # instead of the rule's own
    trail: tuple[tuple[Position, str], ...] = ()  # the way there
    reason: str = ""  # instead of the rule's own, and of the place in the kernel


@value_class(eq=False)
class Rule(Generic[S]):
    """One rule about a subject: an iterator for one kernel, all of a run, or one hand-written in C."""

    # What it is known by, such as S03: it never changes.
    code: str
    # The same in words, such as unused-argument: each of the two works where a rule is named.
    name: str
    # What it is about, in a few words.
    title: str
    # Why it is a rule.
    reason: str
    # The kernel's line behind the reason, "" where none is.
    kernel: str
    # What to do, unless a hit says it itself.
    hint: str
    # An error fails a build, a warning does not; a note is said only when it is asked for.
    severity: str
    # Hits have an edit, where there is only one way to do what the hint says.
    fixable: bool
    # Finds what breaks it.
    check: Callable[[S], Iterable[Hit]]

    @property
    def why(self) -> str:
        """The reason with the place in the kernel that demands it."""
        return f"{self.reason} ({self.kernel})" if self.kernel else self.reason

    def finding(self, hit: Hit, source: str) -> Diagnostic:
        """A hit as what the user is told; `source` is the line that it is in."""
        hint = hit.hint or self.hint
        told = hit.message, hit.reason or self.why, hint, source, hit.severity or self.severity
        return Diagnostic(hit.at, self.code, *told, hit.edit, hit.trail)


EVERY: dict[str, Rule[Any]] = {}
"""Every rule by its code, as far as its family has been imported."""

NAMED: dict[str, str] = {}
"""The code of each of them by its name."""


class Table(Generic[S]):
    """The rules about one kind of subject, by their codes."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule[S]] = {}

    def rule(
        self,
        code: str,
        name: str,
        title: str,
        reason: str,
        *,
        hint: str,
        kernel: str = "",
        severity: str = "error",
        fixable: bool = False,
    ) -> Callable[[Callable[[S], Iterable[Hit]]], Callable[[S], Iterable[Hit]]]:
        """Enter the function that finds what breaks the rule."""

        def enter(check: Callable[[S], Iterable[Hit]]) -> Callable[[S], Iterable[Hit]]:
            assert code not in EVERY and name not in NAMED, (code, name)
            NAMED[name] = code
            made = Rule(code, name, title, reason, kernel, hint, severity, fixable, check)
            EVERY[code] = self.rules[code] = made
            return check

        return enter
