# SPDX-License-Identifier: GPL-2.0-only
"""The rules as codes that `kiter explain` knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiter.codes import Code
from kiter.lint import FAMILIES, symbols
from kiter.lint.rule import EVERY, Rule
from kiter.lint.source.check import FAMILIES as OF_C

# A family enters its rules when it is imported.
IMPORTED = (*FAMILIES, *OF_C, symbols)
RULES: Mapping[str, Rule[Any]] = EVERY
CODES = {
    rule.code: Code(rule.code, rule.name, rule.title, rule.why, rule.hint, rule.fixable)
    for rule in RULES.values()
}
