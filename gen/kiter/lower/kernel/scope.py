# SPDX-License-Identifier: GPL-2.0-only
"""How the kfuncs spell what a snippet or a template names."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.analysis.state import State
from kiter.lower import names
from kiter.lower.view_class import view_class
from kiter.spec.model import Spec
from kiter.spec.snippet import Snippet, substitute
from kiter.target.profile import Profile


@view_class()
class Scope:
    """The spelling of names in new(), and in the functions behind it."""

    base: str  # what stands before a field
    in_new: Mapping[str, str]
    in_next: Mapping[str, str]

    def new(self, snippet: Snippet) -> str:
        """A snippet as new() spells it."""
        return substitute(snippet.text, self.in_new)

    def next(self, snippet: Snippet, **instead: str) -> str:
        """A snippet as next() spells it; `instead` has other spellings for some names."""
        return substitute(snippet.text, {**self.in_next, **instead})

    def field(self, name: str) -> str:
        """A field of the state in C."""
        return f"{self.base}{name}"


def scope(it: Spec, profile: Profile, state: State) -> Scope:
    """The scope of the three kfuncs."""
    base = names.base(it, state)
    return Scope(base, names.in_new(it, profile, state), names.in_next(it, state, base))


def handled(it: Spec, state: State, handle: str) -> Scope:
    """The scope of a function that calls the iterator, whose fields may stand in it, by another name."""
    base = f"{handle}->" if it.place.open else names.base(it, state)
    return Scope(base, {}, names.in_next(it, state, base))
