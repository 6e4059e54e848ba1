# SPDX-License-Identifier: GPL-2.0-only
"""One iterator on one target: what every output is lowered from."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.analysis.analysis import analyse
from kiter.analysis.lookahead import Lookahead
from kiter.analysis.state import State
from kiter.lower import names
from kiter.lower.kernel.steps import Scope, Steps, steps, steps_ahead
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.model import Spec
from kiter.spec.walk import Start, start_of
from kiter.target.profile import Profile


@dataclass(frozen=True, slots=True)
class LoweringContext:
    """Each case is beside its steps in `walks`.

    `releases` says that the end of the walk gives things back, and so has a function for it;
    `ahead` is there where all cases look ahead with one cursor.
    """

    it: Spec
    profile: Profile
    state: State
    scope: Scope
    walks: tuple[Steps, ...]
    releases: bool
    ahead: Lookahead | None

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
    made = analyse(it)
    kept, ahead = made.state, made.ahead
    scope = Scope(
        it=it,
        live=kept.live,
        base=kept.base,
        drain=f"{names.function(it, 'release')}(kit);" if made.releases else kept.live.clear[0],
        in_new=names.in_new(it, profile, kept),
        in_next=names.in_next(it, kept),
        inside=2 if it.select else 1,
    )
    walks = tuple(steps_ahead(ahead, c.walk, scope) if ahead else steps(c.walk, scope) for c in it.cases)
    return LoweringContext(it, profile, kept, scope, walks, made.releases, ahead)
