# SPDX-License-Identifier: GPL-2.0-only
"""Functions that a kernel's BTF does not have: those that its headers define, inline or as macros."""

from __future__ import annotations

import re
from pathlib import Path

from kiter.kernel import headers
from kiter.kernel.headers import Headers
from kiter.kernel.kbuild import shared

# at the start of a line, where the kernel has nothing but definitions and declarations
_AT_START = r"^(?:[A-Za-z_#][\w \t*]*[ \t*])?{}[ \t]*\("


def known(name: str, release: str) -> bool:
    """Whether headers of that release, where this machine has them, say what `name` is."""
    return any(defined(name, one) for one in headers.installed() if one.release == release)


def defined(name: str, given: Headers) -> bool:
    """Whether a public header defines or declares the function or macro `name`."""
    wanted, start = name.encode(), re.compile(_AT_START.format(re.escape(name)).encode(), re.MULTILINE)
    folders = (top / "include" for top in (given.path, *shared(given.path)))
    texts = (path.read_bytes() for folder in folders for path in _files(folder))
    return any(wanted in text and start.search(text) for text in texts)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.h") if path.is_file()]
