# SPDX-License-Identifier: GPL-2.0-only
"""All the bugs to seed."""

from __future__ import annotations

import seeds_cgroups
import seeds_checks
import seeds_kinds
import seeds_registration
import seeds_state
import seeds_tasks
from mutant import Mutant

ALL: tuple[Mutant, ...] = (
    *seeds_checks.ALL,
    *seeds_cgroups.ALL,
    *seeds_tasks.ALL,
    *seeds_state.ALL,
    *seeds_kinds.ALL,
    *seeds_registration.ALL,
)
