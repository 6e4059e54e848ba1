# SPDX-License-Identifier: GPL-2.0-only
"""The rules that a spec must keep beyond its schema, each with the kernel's reason."""

from __future__ import annotations

from collections.abc import Sequence

from kiter.errors import Diagnostic
from kiter.lint import (
    advice,
    companions,
    contexts,
    contract,
    cross_spec,
    helpers,
    lifetimes,
    naming,
    numbers,
    parameters,
    places,
    resources,
    silence,
    sizes,
    snippets,
    tests,
    text,
    types,
    versions,
    walks,
)
from kiter.lint import (
    design as questions,
)
from kiter.lint.rule import TABLE
from kiter.lint.subject import subject
from kiter.spec.model import Spec
from kiter.target.profile import Profile

FAMILIES = (
    *(naming, types, sizes, text, places, cross_spec, walks, lifetimes, numbers, contexts, parameters),
    *(resources, helpers, companions, contract, snippets, versions, tests, advice, silence, questions),
)
OF_CODE = ("C", "W", "H", "P", "K13")  # what a spec must say for code to come out of it
RULES = dict(sorted(TABLE.items()))


def lint(it: Spec, profile: Profile) -> list[Diagnostic]:
    """Everything that is wrong with an iterator for one kernel, sorted by place; [] when nothing is."""
    taken = subject(it, profile)
    document = it.node.document
    found = {
        rule.finding(document, hit)
        for rule in RULES.values()
        if rule.check and rule.severity != "note" and not (it.by_hand and rule.code.startswith(OF_CODE))
        for hit in rule.check(taken)
    }
    return sorted(silence.heard(document, found))


def design(it: Spec, profile: Profile) -> list[Diagnostic]:
    """What a reviewer might ask of an iterator that nothing is wrong with, sorted by place."""
    taken = subject(it, profile)
    asked = [rule for rule in RULES.values() if rule.check and rule.severity == "note"]
    hits = ((rule, hit) for rule in asked if rule.check for hit in rule.check(taken))
    document = it.node.document
    return sorted(silence.heard(document, {rule.finding(document, hit) for rule, hit in hits}))


def lint_together(its: Sequence[Spec]) -> list[Diagnostic]:
    """What is wrong with several iterators of one kernel; reported at the second of two."""
    return sorted(
        rule.finding(it.node.document, hit)
        for rule in RULES.values()
        if rule.together
        for it, hit in rule.together(its)
    )
