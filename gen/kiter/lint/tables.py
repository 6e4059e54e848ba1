# SPDX-License-Identifier: GPL-2.0-only
"""The tables of the rules about specs."""

from __future__ import annotations

from collections.abc import Sequence

from kiter.lint.rule import Table
from kiter.lint.subject import Subject
from kiter.spec.model import Spec

SPEC: Table[Subject] = Table()
"""Each looks at one iterator for one kernel."""

RUN: Table[Sequence[Spec]] = Table()
"""Each looks at all iterators of a run."""

rule = SPEC.rule
cross_spec_rule = RUN.rule
