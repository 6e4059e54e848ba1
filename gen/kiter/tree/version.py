# SPDX-License-Identifier: GPL-2.0-only
"""Which Linux the sources in a folder are."""

from __future__ import annotations

import re
from pathlib import Path

from kiter.regex import regex

_VERSION = regex(r"^VERSION = (\d+)\nPATCHLEVEL = (\d+)$", re.MULTILINE)


def version_of(path: Path) -> tuple[int, int] | None:
    """The version in a Makefile of Linux; None if there is none."""
    try:
        found = _VERSION.search((path / "Makefile").read_text(encoding="utf-8", errors="replace")[:4096])
    except OSError:
        return None
    return (int(found[1]), int(found[2])) if found else None
