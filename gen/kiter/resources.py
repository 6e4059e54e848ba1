# SPDX-License-Identifier: GPL-2.0-only
"""Where the files that come with kiter are: beside the checkout, or packed into the wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def checkout() -> Path | None:
    """The checkout that this package is a part of; None where it is installed.

    Its mark is pyproject.toml too: a folder "templates" two levels above site-packages is not ours.
    """
    above = _PACKAGE.parent.parent
    return above if (above / "pyproject.toml").is_file() and (above / "templates").is_dir() else None


def _root() -> Path:
    """The folder that holds templates/, specs/ and fixtures/: a checkout's, so that edits there count."""
    return checkout() or _PACKAGE / "data"


def templates() -> Path:
    """The Jinja templates, one folder per output."""
    return _root() / "templates"


def specs() -> Path:
    """The specs that come with kiter."""
    return _root() / "specs"


def fixtures() -> Path:
    """The fixtures that come with kiter: a folder for each."""
    return _root() / "fixtures"


def documents() -> Path:
    """The pages of docs/."""
    return _root() / "docs"


def errors() -> Path:
    """Specs and C that break one rule each, with the finding in a comment on its line."""
    root = _root()
    return root / "errors" if root.name == "data" else root / "tests" / "errors"


def schema() -> Path:
    """The JSON Schema of a spec: a part of the package, so in the same place everywhere."""
    return _PACKAGE / "spec" / "schema.json"
