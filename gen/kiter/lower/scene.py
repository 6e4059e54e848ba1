# SPDX-License-Identifier: GPL-2.0-only
"""One iterator on one target: what every output is lowered from."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import names
from kiter.lower.state import State, state
from kiter.lower.steps import Scope, Steps, steps
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.iterator import Iterator
from kiter.spec.walk import Start, start_of
from kiter.target.profile import Profile


@dataclass(frozen=True, slots=True)
class Scene:
    """`cases` are those that the target has, each beside its steps in `walks`."""

    it: Iterator
    profile: Profile
    state: State
    scope: Scope
    cases: tuple[Case, ...]
    walks: tuple[Steps, ...]

    @property
    def selector(self) -> Argument | None:
        """The flag argument that selects a case."""
        return self.it.argument(self.it.select) if self.it.select else None

    def start(self, case: Case) -> Start | None:
        """Where a ring that does not start at its anchor starts."""
        return start_of(case.walk)

    @property
    def guard(self) -> str:
        """The guard that the code itself must carry: the Makefile carries that of a whole file."""
        whole = not self.it.file or self.profile.guarded.get(self.it.file) == self.it.guard
        return "" if whole else self.it.guard


def scene(it: Iterator, profile: Profile) -> Scene:
    """Everything that the outputs share, decided once; `it` must have passed the linter."""
    release = profile.number
    kept = state(it, release)
    inside = 2 if it.select else 1
    scope = Scope(it, release, kept.live, names.in_new(it, profile), names.in_next(kept), inside)
    cases = it.on(release)
    return Scene(it, profile, kept, scope, cases, tuple(steps(case.walk, scope) for case in cases))
