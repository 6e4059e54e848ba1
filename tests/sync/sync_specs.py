# SPDX-License-Identifier: GPL-2.0-only
"""The specs of iterators that kernels have: those of specs/ itself, not the designs in specs/letter/."""

from __future__ import annotations

from pathlib import Path

from kiter import frontend
from kiter.errors import KiterError
from kiter.target.profile import profile

SPECS = Path(__file__).parents[2] / "specs"


def specs(target: str) -> list[Path]:
    """All that may be generated for a target: not those of iterators that came later."""
    return [path for path in sorted(SPECS.glob("*.yaml")) if _there(path, target)]


def _there(path: Path, target: str) -> bool:
    try:
        return bool(frontend.read([path], profile(target)).iterators)
    except KiterError as error:
        assert {d.code for d in error.diagnostics if d.severity == "error"} == {"V01"}
        return False
