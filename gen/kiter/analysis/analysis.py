# SPDX-License-Identifier: GPL-2.0-only
"""Everything that follows from one resolved spec, for the linter and for lower/."""

from __future__ import annotations

from kiter.analysis.lookahead import Lookahead, look_ahead
from kiter.analysis.state import State, state
from kiter.spec.element import IN_STATE
from kiter.spec.model import Spec
from kiter.spec.walk import Native, Numbered
from kiter.value_class import value_class


@value_class
class Analysis:
    """What follows from one spec for one kernel."""

    state: State
    lookahead: Lookahead | None  # there where all cases look ahead with one cursor
    releases: bool  # the end of the walk gives things back, and so has a function for it


def analyse(it: Spec) -> Analysis:
    """The analysis of a spec that is sound()."""
    lookahead = look_ahead(it)
    return Analysis(state(it, lookahead), lookahead, _releases(it))


def sound(it: Spec) -> bool:
    """Whether a spec, which the linter may still find wrong, can be analysed at all."""
    selected = not it.select or it.argument(it.select) is not None
    return selected and bool(it.cases) and all(len(case.walks) == 1 for case in it.cases)


def _releases(it: Spec) -> bool:
    """Whether next() has something to release at the end, as destroy() has before it."""
    walk = it.cases[0].walk
    if it.held.keeper:  # it is held until destroy(), and what was taken with it
        return False
    if isinstance(walk, Native):
        return not walk.sticky
    holds = it.allocate or any(taken.held for taken in it.taken)
    holds = holds or (it.lifetime in IN_STATE and it.held.put is not None)
    return holds and not isinstance(walk, Numbered)
