# SPDX-License-Identifier: GPL-2.0-only
"""The specs of iterators that kernels have: those of specs/ itself, not the designs in specs/letter/."""

from __future__ import annotations

from pathlib import Path

from kiter import frontend
from kiter.errors import KiterError
from kiter.spec.model import Spec
from kiter.sync import specs
from kiter.target.profile import profile

SPECS = Path(__file__).parents[2] / "specs"


def iterators(target: str) -> tuple[Spec, ...]:
    """All that a target may have: not those that came later."""
    return specs.read(sorted(SPECS.glob("*.yaml")), profile(target))


def runnable(target: str) -> list[Path]:
    """The specs of those that everything can be generated for, tests included."""
    return [path for path in sorted(SPECS.glob("*.yaml")) if _whole(path, target)]


def _whole(path: Path, target: str) -> bool:
    try:
        return bool(frontend.read([path], profile(target)).iterators)
    except KiterError:
        return False
