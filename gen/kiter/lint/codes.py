# SPDX-License-Identifier: GPL-2.0-only
"""The rules as codes that `kiter explain` knows."""

from __future__ import annotations

from kiter.codes import Code
from kiter.lint import RULES

CODES = {rule.code: Code(rule.code, rule.title, rule.why, rule.hint) for rule in RULES.values()}
