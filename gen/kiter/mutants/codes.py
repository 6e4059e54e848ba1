# SPDX-License-Identifier: GPL-2.0-only
"""The codes of seeded bugs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiter.codes import Code

_ALL = (
    Code(
        "R70",
        "bug-not-found",
        "a seeded bug that no test finds",
        "The iterator was built with this bug in it, and every check of its selftests passed.",
        "add the test that the hint names, or see that no test can tell the bug from right code",
    ),
    Code(
        "R71",
        "fails-without-a-bug",
        "the tests fail without a seeded bug",
        "What the tests find can be put down to a seeded bug only if they pass without it.",
        "'kiter run' shows what fails",
    ),
    Code(
        "R72",
        "no-such-bug",
        "no seeded bug has such a name",
        "A run without a single bug would look like one in which every bug was found.",
        "'kiter mutate --list' shows their names",
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({code.code: code for code in _ALL})
