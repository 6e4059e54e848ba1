# SPDX-License-Identifier: GPL-2.0-only
"""docs/fixtures.md: a walk through one fixture, and the reference of fixture.yaml from its schema."""

from __future__ import annotations

from pathlib import Path

from kiter import resources
from kiter.fixtures.known import FILE, fixture_schema
from kiter.spec.load import load
from tools.pages.language import Reference

PROGRAMS = Path(__file__).parents[2] / "tests/fixtures/programs"
TEXT = Path(__file__).with_suffix(".md")
OWN = PROGRAMS / "fixtures/bpf_programs"


def page() -> str:
    """The walk through one fixture, and the reference."""
    documents = tuple(load(path) for path in sorted(resources.fixtures().glob(f"*/{FILE}")))
    tables = Reference(fixture_schema(), "A fixture", documents, "the fixtures that come with kiter").tables()
    told = TEXT.read_text("utf-8").format(
        spec=_shown(PROGRAMS / "prog.yaml"), fixture=_shown(OWN / FILE), user=_shown(OWN / "user.c")
    )
    return f"{told}\n{tables}"


def _shown(path: Path) -> str:
    """A file without its licence."""
    return "".join(path.read_text("utf-8").splitlines(keepends=True)[1:])
