# SPDX-License-Identifier: GPL-2.0-only
"""Where the files that come with kiter are: beside the checkout, or packed into the wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def _root() -> Path:
    """The folder that holds templates/ and specs/.

    A checkout comes first, so that an edited template counts without a new installation. Its
    mark is pyproject.toml too: a folder "templates" two levels above site-packages is not ours.
    """
    checkout = _PACKAGE.parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "templates").is_dir():
        return checkout
    return _PACKAGE / "data"


def templates() -> Path:
    """The Jinja templates, one folder per output."""
    return _root() / "templates"


def specs() -> Path:
    """The specs that come with kiter."""
    return _root() / "specs"


def errors() -> Path:
    """Specs and C that break one rule each, with the finding in a comment on its line."""
    root = _root()
    return root / "errors" if root.name == "data" else root / "tests" / "errors"


def schema() -> Path:
    """The JSON Schema of a spec: a part of the package, so in the same place everywhere."""
    return _PACKAGE / "spec" / "schema.json"
