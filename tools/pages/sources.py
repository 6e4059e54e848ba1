# SPDX-License-Identifier: GPL-2.0-only
"""What several pages are made from, and how Markdown takes it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from kiter import resources
from kiter.frontend import collect
from kiter.spec.document import Document
from kiter.spec.load import load

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"
_TRIED = Path(__file__).parents[2] / "tests/generate/specs"


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


@cache
def specs() -> tuple[Document, ...]:
    """The specs that come with kiter."""
    return tuple(load(path) for path in collect([str(resources.specs())]))


@cache
def tried() -> tuple[Document, ...]:
    """The specs that the tests generate code from."""
    return tuple(load(path) for path in sorted(_TRIED.glob("*.yaml")))


@cache
def version() -> str:
    """The version of kiter."""
    return str(tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"])
