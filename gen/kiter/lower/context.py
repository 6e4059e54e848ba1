# SPDX-License-Identifier: GPL-2.0-only
"""One iterator on one target: what every output is lowered from."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.analysis.lookahead import Lookahead, look_ahead
from kiter.analysis.state import State, state
from kiter.lower import names
from kiter.lower.kernel.steps import Scope, Steps, steps, steps_ahead
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.model import Spec
from kiter.spec.walk import Counter, Index, Native, Start, start_of
from kiter.target.profile import Profile


@dataclass(frozen=True, slots=True)
class LoweringContext:
    """`cases` are those that the target has, each beside its steps in `walks`.

    `releases` says that the end of the walk gives things back, and so has a function for it;
    `ahead` is there where all cases look ahead with one cursor.
    """

    it: Spec
    profile: Profile
    state: State
    scope: Scope
    cases: tuple[Case, ...]
    walks: tuple[Steps, ...]
    releases: bool
    ahead: Lookahead | None

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
    def empty(self) -> str:
        """True when the iterator is empty, where the memory of an allocated state has a variable."""
        memory = self.state.memory
        return self.state.live.test if memory is None or memory.whole else f"!{memory.name}"

    @property
    def kit(self) -> tuple[str, ...]:
        """The declaration that gives the opaque state its fields; none for an open one."""
        if self.it.place.open:
            return ()
        return (f"struct bpf_iter_{self.it.name}_kern *kit = (void *)it;",)


def lowering_context(it: Spec, profile: Profile) -> LoweringContext:
    """Everything that the outputs share, decided once; `it` must have passed the linter."""
    release = profile.number
    kept = state(it, release)
    cases = it.on(release)
    releases = _releases(it, cases)
    drain = f"{names.function(it, 'release')}(kit);" if releases else kept.live.clear[0]
    scope = Scope(
        it=it,
        release=release,
        live=kept.live,
        base=kept.base,
        drain=drain,
        in_new=names.in_new(it, profile, kept),
        in_next=names.in_next(it, kept),
        inside=2 if it.select else 1,
    )
    found = look_ahead(it, cases, release)
    walks = tuple(steps_ahead(found, c.walk, scope) if found else steps(c.walk, scope) for c in cases)
    return LoweringContext(it, profile, kept, scope, cases, walks, releases, found)


def _releases(it: Spec, cases: tuple[Case, ...]) -> bool:
    """Whether next() has something to give back at the end, as destroy() has before it."""
    holds = it.allocate or any(r.held for r in it.resources)
    walk = cases[0].walk
    if isinstance(walk, Native):
        return not walk.sticky
    return holds and not isinstance(walk, Counter | Index)
