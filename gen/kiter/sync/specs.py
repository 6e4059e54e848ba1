# SPDX-License-Identifier: GPL-2.0-only
"""The specs that can be compared with a kernel: those of iterators that its release may have."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kiter import frontend
from kiter.errors import FINDINGS, Diagnostic, KiterError
from kiter.lint import lint
from kiter.spec.model import Spec
from kiter.target.profile import Profile

TOO_OLD, TESTS = "V01", "T"


def read(paths: Iterable[Path], target: Profile) -> tuple[Spec, ...]:
    """The iterators that the target has; raises KiterError with all errors of the specs.

    What is wrong with their tests only is left to those who generate them.
    """
    its: list[Spec] = []
    wrong: list[Diagnostic] = []
    status = FINDINGS
    for path in paths:
        try:
            it = frontend.model(path, target)
        except KiterError as error:
            wrong += error.diagnostics
            status = max(status, error.status)
            continue
        found = [d for d in lint(it, target) if d.severity == "error" and d.code[0] != TESTS]
        if TOO_OLD not in {d.code for d in found}:
            its.append(it)
            wrong += found
    if wrong:
        raise KiterError(*wrong, status=status)
    return tuple(its)
