# SPDX-License-Identifier: GPL-2.0-only
"""The types of programs that the kfuncs of an iterator are registered for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiter.spec.model import Spec
from kiter.target.profile import Profile

ANY = ("any",)
PARTS = frozenset({"iter"})  # what the profile calls a type, and is one of tracing to the kernel


def registered(it: Spec, profile: Profile) -> Sequence[str] | None:
    """As the registration names them, ANY for all; None where the set is not one that is known."""
    return it.programs or profile.sets.get(it.place.join or profile.common_set)


def shared(types: Iterable[str], profile: Profile) -> frozenset[str]:
    """Those and all that get the same kfuncs, because they share a hook."""
    given = frozenset(types)
    return given.union(*(hook for hook in profile.hooks.values() if given & {*hook}))


def admitted(it: Spec, profile: Profile) -> frozenset[str]:
    """The types that may call, those that share a hook with a registered one among them."""
    types = frozenset(registered(it, profile) or ())
    if not it.place.only:
        return shared(types, profile)
    return types | PARTS if "tracing" in types else types


def intruders(it: Spec, profile: Profile) -> frozenset[str]:
    """The types that a filter must refuse, because they share a hook with those that alone may call."""
    return shared(it.programs, profile) - admitted(it, profile) if it.place.only else frozenset()


def anywhere(it: Spec, profile: Profile) -> bool:
    """Whether programs of every type get it."""
    return [*(registered(it, profile) or ())] == [*ANY] and certain(it, profile)


def certain(it: Spec, profile: Profile) -> bool:
    """Whether all that share a hook get it: no filter refuses some."""
    return not it.place.filter and it.place.join not in profile.filtered
