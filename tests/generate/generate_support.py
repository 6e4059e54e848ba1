# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the generator share: the small specs, a kernel that does not exist yet, rendering."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from kiter import frontend
from kiter.generate import generate
from kiter.output import Rendered
from kiter.spec.model import Spec
from kiter.target.profile import Profile, profile

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).parent / "specs"
NAMES = tuple(sorted(path.stem for path in SMALL.glob("*.yaml")))
TODAY = profile("6.12")
LATER = profile("7.3")


def read(*paths: Path, target: Profile = TODAY) -> tuple[Spec, ...]:
    """Specs as the command line reads them, linter included."""
    return frontend.read(paths, target).iterators


@cache
def rendered(path: Path, target: str = "6.12") -> Rendered:
    """Everything that a spec gives; the name in it does not depend on where the checkout is."""
    kernel = LATER if target == LATER.release else TODAY
    made = generate(read(path, target=kernel)[0], kernel)
    return replace(made, spec=path.relative_to(ROOT).as_posix())


def small(name: str, target: str = "6.12") -> Rendered:
    """One of the small specs."""
    return rendered(SMALL / f"{name}.yaml", target)


def spec(text: str, folder: Path, name: str = "spec.yaml") -> Path:
    """A spec file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
