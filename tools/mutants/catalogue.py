# SPDX-License-Identifier: GPL-2.0-only
"""All the bugs to seed."""

from __future__ import annotations

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
from tools.mutants.mutant import Mutant

ALL: tuple[Mutant, ...] = (
    *seeds_checks.ALL,
    *seeds_cgroups.ALL,
    *seeds_tasks.ALL,
    *seeds_state.ALL,
    *seeds_kinds.ALL,
    *seeds_proposed.ALL,
    *seeds_registration.ALL,
    *seeds_sources.ALL,
)
