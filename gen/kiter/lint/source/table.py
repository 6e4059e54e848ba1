# SPDX-License-Identifier: GPL-2.0-only
"""The table of the rules for C."""

from __future__ import annotations

from collections.abc import Iterable

from kiter.lint.rule import Hit, Table
from kiter.lint.source.model import Files, Trio

TRIO: Table[Trio] = Table()
"""Each looks at one iterator that was written manually."""

FILES: Table[Files] = Table()
"""Each looks at all files of a run."""

Found = Iterable[Hit]
rule = TRIO.rule
files_rule = FILES.rule
