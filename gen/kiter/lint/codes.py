# SPDX-License-Identifier: GPL-2.0-only
"""The rules as codes that `kiter explain` knows."""

from __future__ import annotations

from kiter.codes import Code
from kiter.lint import RULES
from kiter.lint.rule import Rule
from kiter.lint.source.check import RULES as SOURCE_RULES
from kiter.lint.source.rule import SourceRule
from kiter.lint.symbols import RULES as SYMBOL_RULES

EVERY: dict[str, Rule | SourceRule] = {**RULES, **SOURCE_RULES, **SYMBOL_RULES}
CODES = {
    rule.code: Code(rule.code, rule.title, rule.why, rule.hint, getattr(rule, "mends", False))
    for rule in EVERY.values()
}
