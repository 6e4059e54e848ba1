# SPDX-License-Identifier: GPL-2.0-only
"""All the bugs to seed: those of the tables, and those that every iterator can have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kiter.generate import generate
from kiter.mutants.derived import derived
from kiter.mutants.mutant import Mutant
from kiter.spec.load import load
from kiter.spec.model import Spec
from kiter.spec.resolve import resolve
from kiter.target.profile import Profile
from tools.mutants import (
    seeds_cgroups,
    seeds_checks,
    seeds_kinds,
    seeds_proposed,
    seeds_registration,
    seeds_sources,
    seeds_state,
    seeds_tasks,
)

SPECS = Path(__file__).parents[2] / "specs"
TABLES: tuple[Mutant, ...] = (
    *seeds_checks.ALL,
    *seeds_cgroups.ALL,
    *seeds_tasks.ALL,
    *seeds_state.ALL,
    *seeds_kinds.ALL,
    *seeds_proposed.ALL,
    *seeds_registration.ALL,
    *seeds_sources.ALL,
)


def iterators(target: Profile) -> dict[str, Spec]:
    """All that a module can hold and that kernel can have, by the names of their specs."""
    names = {str(path.relative_to(SPECS)) for path in SPECS.rglob("*.yaml")} | {m.spec for m in TABLES}
    read = {name: resolve(load(SPECS / name), target.number) for name in sorted(names)}
    return {name: it for name, it in read.items() if not (it.younger or it.confined)}


def mutants(target: Profile) -> tuple[Mutant, ...]:
    """Those that can be seeded for that kernel."""
    its = iterators(target)
    plain = {name: generate(replace(it, seq=None), target) for name, it in its.items()}
    every = (m for name, it in its.items() for m in derived(name, it, plain[name]))
    return (*(m for m in TABLES if m.spec in its), *every)
