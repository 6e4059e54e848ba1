# SPDX-License-Identifier: GPL-2.0-only
"""The table of seeded bugs is about the code that is emitted today."""

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from kiter.generate import generate
from kiter.mutants.laboratory import TOGETHER
from kiter.mutants.mutant import Mutant, StaleMutantError, mutated
from kiter.output import Rendered
from kiter.spec.load import load
from kiter.spec.model import Spec
from kiter.spec.release import NEWEST
from kiter.spec.resolve import resolve
from kiter.target.profile import Profile, profile, releases, verified
from tools.mutants.catalogue import SPECS, TABLES, iterators, mutants

SHIM = ("css_next_descendant_post",)


@cache
def iterator(spec: str) -> Spec:
    return resolve(load(SPECS / spec), target(spec).number)


@cache
def target(spec: str) -> Profile:
    """The oldest kernel that can have it."""
    since = resolve(load(SPECS / spec), NEWEST).since
    return next(p for p in map(profile, releases()) if since <= p.number)


@cache
def emitted(spec: str, suffix: str, shims: tuple[str, ...]) -> tuple[Rendered, str]:
    it = iterator(spec)
    named = replace(it, name=it.name + suffix, seq=None)
    return generate(named, target(spec), shims), named.name


@pytest.mark.parametrize("mutant", TABLES, ids=lambda m: m.name)
@pytest.mark.parametrize(("suffix", "shims"), [("", ()), ("_kiter", SHIM)], ids=["plain", "prototype"])
def test_every_mutant_fits_the_emitted_code(mutant, suffix, shims):
    rendered, name = emitted(mutant.spec, suffix, shims)
    wrong = mutated(mutant, rendered, name)
    assert (wrong.material.unit != rendered.material.unit) != mutant.tests
    assert (wrong.outputs != rendered.outputs) == mutant.tests


@pytest.mark.parametrize("release", [p.release for p in verified()])
def test_those_that_follow_from_the_specs_fit_what_runs(release):
    its = iterators(profile(release))
    seeded = [m for m in mutants(profile(release)) if m not in TABLES]
    assert {m.spec for m in seeded} == set(its)
    assert {m.kind for m in seeded} >= {"skipped", "twice", "late", "wrong start", "lost put", "doubled put"}
    for spec, it in its.items():
        # as those of a boot are called: laboratory.py
        name = f"{it.name}_m{TOGETHER}"
        rendered = generate(replace(it, name=name, seq=None), profile(release))
        for mutant in (m for m in seeded if m.spec == spec):
            unit = mutated(mutant, rendered, name).material.unit
            assert unit != rendered.material.unit


@pytest.mark.parametrize("release", [p.release for p in verified()])
def test_mutants_have_names_of_their_own(release):
    names = Counter(m.name for m in mutants(profile(release)))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_spec_that_can_be_a_module_has_some():
    specs = {str(path.relative_to(SPECS)) for path in SPECS.rglob("*.yaml")}
    confined = {spec for spec in specs if iterator(spec).confined}
    assert specs - confined <= {name for p in verified() for name in iterators(p)}


def test_few_are_excused():
    assert sum(bool(m.excuse) for m in TABLES) <= len(TABLES) * 5 // 100


def test_a_mutant_that_does_not_fit_is_an_error_and_no_kill():
    rendered, name = emitted("css.yaml", "", ())
    absent = Mutant("css.yaml", "kind", "slug", "what", "there is no such text", "")
    with pytest.raises(StaleMutantError, match="css:slug: found 0 times instead of 1"):
        mutated(absent, rendered, name)
    with pytest.raises(StaleMutantError, match="instead of 7"):
        mutated(replace(absent, old="kit->pos", count=7), rendered, name)


def test_lines_may_be_broken_anywhere():
    rendered, name = emitted("css.yaml", "", ())
    seeded = Mutant("css.yaml", "kind", "slug", "what", "if (!kit->pos) kit->start = NULL;", "if (x) y;")
    assert "if (x) y;\n\n\treturn kit->pos;" in mutated(seeded, rendered, name).material.unit
