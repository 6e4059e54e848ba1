# SPDX-License-Identifier: GPL-2.0-only
"""The table of seeded bugs is about the code that is emitted today."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kiter.generate import generate
from kiter.output import Rendered
from kiter.spec.load import load
from kiter.spec.model import Spec
from kiter.spec.release import NEWEST
from kiter.spec.resolve import resolve
from kiter.target.profile import Profile, profile, releases
from tools.mutants.catalogue import ALL
from tools.mutants.mutant import Mutant, StaleMutantError, mutated

ROOT = Path(__file__).parents[2]

SHIM = ("css_next_descendant_post",)


@cache
def iterator(spec: str) -> Spec:
    return resolve(load(ROOT / "specs" / spec), target(spec).number)


@cache
def target(spec: str) -> Profile:
    """The oldest kernel that can have it."""
    since = resolve(load(ROOT / "specs" / spec), NEWEST).since
    return next(p for p in map(profile, releases()) if since <= p.number)


@cache
def emitted(spec: str, suffix: str, shims: tuple[str, ...]) -> tuple[Rendered, str]:
    it = iterator(spec)
    named = replace(it, name=it.name + suffix)
    return generate(named, target(spec), shims), named.name


@pytest.mark.parametrize("mutant", ALL, ids=lambda m: m.name)
@pytest.mark.parametrize(("suffix", "shims"), [("", ()), ("_kiter", SHIM)], ids=["plain", "prototype"])
def test_every_mutant_fits_the_emitted_code(mutant, suffix, shims):
    rendered, name = emitted(mutant.spec, suffix, shims)
    assert mutated(mutant, rendered, name).material.unit != rendered.material.unit


def test_mutants_have_names_of_their_own():
    assert [name for name, count in Counter(m.name for m in ALL).items() if count > 1] == []


def test_there_are_enough_of_them_for_every_spec():
    specs = {str(path.relative_to(ROOT / "specs")) for path in (ROOT / "specs").rglob("*.yaml")}
    assert {m.spec for m in ALL} == {spec for spec in specs if not iterator(spec).place.inside}
    assert len(ALL) >= 60


def test_few_are_excused():
    assert sum(bool(m.excuse) for m in ALL) <= len(ALL) * 5 // 100


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
