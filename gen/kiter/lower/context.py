# SPDX-License-Identifier: GPL-2.0-only
"""One iterator on one target: what every output is lowered from."""

from __future__ import annotations

from kiter.analysis.analysis import analyse
from kiter.analysis.lookahead import Lookahead
from kiter.analysis.state import State
from kiter.lower import names
from kiter.lower.kernel.scope import Scope, scope
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.model import Spec
from kiter.spec.walk import Start, start_of
from kiter.target.profile import Profile
from kiter.value_class import value_class


@value_class
class LoweringContext:
    """One iterator, and what follows from it.

    it: its spec, resolved for the kernel
    profile: the kernel
    state: what it keeps from one step to the next
    scope: what names in snippets become
    releases: the end of the walk gives things back, and so has a function for it
    lookahead: there where all cases look ahead with one cursor
    """

    it: Spec
    profile: Profile
    state: State
    scope: Scope
    releases: bool
    lookahead: Lookahead | None

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of the spec."""
        return self.it.cases

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

    @property
    def kern(self) -> str:
        """The struct that gives the opaque state its fields."""
        return f"struct {names.kern(self.it)}"


def lowering_context(it: Spec, profile: Profile) -> LoweringContext:
    """Everything that the outputs share, decided once; `it` must have passed the linter."""
    made = analyse(it)
    return LoweringContext(
        it, profile, made.state, scope(it, profile, made.state), made.releases, made.lookahead
    )
