# SPDX-License-Identifier: GPL-2.0-only
"""What several pages are made from, and how Markdown takes it."""

from __future__ import annotations

from functools import cache

from kiter import resources
from kiter.frontend import collect
from kiter.spec.document import Document
from kiter.spec.load import load


def cell(text: str) -> str:
    """Text in a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;")


@cache
def specs() -> tuple[Document, ...]:
    """The specs that come with kiter."""
    return tuple(load(path) for path in collect([str(resources.specs())]))
