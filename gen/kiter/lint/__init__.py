# SPDX-License-Identifier: GPL-2.0-only
"""The rules that a spec must keep beyond its schema, each with the kernel's reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kiter.errors import Diagnostic
from kiter.lint import (
    advice,
    companions,
    contexts,
    contract,
    cross_spec,
    flags,
    helpers,
    lifetimes,
    naming,
    numbers,
    parameters,
    places,
    resources,
    seq_form,
    silence,
    sizes,
    snippets,
    sources,
    tests,
    text,
    types,
    versions,
    walks,
)
from kiter.lint import (
    design as questions,
)
from kiter.lint.rule import Rule
from kiter.lint.subject import Subject, subject
from kiter.lint.tables import RUN, SPEC
from kiter.spec.model import Spec
from kiter.target.profile import Profile

FAMILIES = (
    *(naming, types, sizes, text, places, cross_spec, walks, lifetimes, sources, numbers, contexts),
    seq_form,
    *(parameters, flags, resources, helpers, companions, contract, snippets, versions, tests),
    *(advice, silence, questions),
)
OF_CODE = ("C", "W", "H", "P", "K13")  # what a spec must say for code to come out of it


def lint(it: Spec, profile: Profile) -> list[Diagnostic]:
    """Everything that is wrong with an iterator for one kernel, sorted by place; [] when nothing is."""
    wanted = (rule for rule in SPEC.rules.values() if rule.severity != "note")
    left_out = OF_CODE if it.by_hand else ()
    return _heard(it, profile, (rule for rule in wanted if not rule.code.startswith(left_out)))


def design(it: Spec, profile: Profile) -> list[Diagnostic]:
    """What a reviewer might ask of an iterator that nothing is wrong with, sorted by place."""
    return _heard(it, profile, (rule for rule in SPEC.rules.values() if rule.severity == "note"))


def _heard(it: Spec, profile: Profile, rules: Iterable[Rule[Subject]]) -> list[Diagnostic]:
    """What the rules find that is not silenced."""
    taken, document = subject(it, profile), it.node.document
    found = {rule.finding(hit, document.source(hit.at.line)) for rule in rules for hit in rule.check(taken)}
    return sorted(silence.heard(document, found))


def lint_cross_spec(its: Sequence[Spec]) -> list[Diagnostic]:
    """What is wrong with several iterators of one kernel; reported at the second of two."""
    documents = {it.node.document.name: it.node.document for it in its}
    hits = ((rule, hit) for rule in RUN.rules.values() for hit in rule.check(its))
    return sorted(rule.finding(hit, documents[hit.at.file].source(hit.at.line)) for rule, hit in hits)
