# SPDX-License-Identifier: GPL-2.0-only
"""Errors as a test file expects them: a comment `# error[S07]:5 "part of it"` on the bad line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kiter.errors import Diagnostic

_EXPECTED = re.compile(r'# error\[(?P<code>[A-Z]\d+)\](?::(?P<column>\d+))? "(?P<part>.+?)"(?= #|\s*$)')


@dataclass(frozen=True)
class Expected:
    line: int
    code: str
    column: int
    part: str

    def fits(self, found: Diagnostic) -> bool:
        there = found.at.line == self.line and self.column in (0, found.at.column)
        return there and found.code == self.code and self.part in found.message


def expected_in(text: str) -> list[Expected]:
    return [
        Expected(number, match["code"], int(match["column"] or 0), match["part"])
        for number, line in enumerate(text.split("\n"), 1)
        for match in _EXPECTED.finditer(line)
    ]


def disagreements(wanted: Iterable[Expected], found: Iterable[Diagnostic]) -> list[str]:
    """What is missing and what is too much; empty when each expected error occurred, and no other."""
    left = list(found)
    missing = []
    for expected in wanted:
        hit = next((d for d in left if expected.fits(d)), None)
        if hit is None:
            missing.append(f"missing: {expected}")
        else:
            left.remove(hit)
    return missing + [f"not expected: {d.at.line}:{d.at.column} [{d.code}] {d.message}" for d in left]
