# SPDX-License-Identifier: GPL-2.0-only
"""What files of the kernel include by a path of their own, wherever in the sources that leads."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from kiter.regex import regex

_INCLUDE = regex(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.MULTILINE)
_UP = "../"


def lacking(files: Iterable[str], sources: Path) -> frozenset[str]:
    """The paths that those files, or what they include, may mean and that are not among the sources."""
    waiting, seen = [*files], set[str]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += _meant(path, sources)
    return frozenset(path for path in seen if not (sources / path).is_file())


def _meant(path: str, sources: Path) -> Iterator[str]:
    """What the includes of one file mean: a file beside it, else one above a folder of headers."""
    try:
        text = (sources / path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for sign, named in _INCLUDE.findall(text):
        places = [str(PurePosixPath(path).parent)] if sign == '"' else []
        # kernel/bpf/btf.c, 6.12 and 7.3: what "../tools/lib/bpf/relo_core.h" means is above include/
        places += ["include"] if named.startswith(_UP) else []
        paths = [found for place in places if not (found := _below(place, named)).startswith(_UP)]
        there = (path for path in paths if (sources / path).is_file())
        yield from ([found] if (found := next(there, "")) else paths)


def _below(place: str, named: str) -> str:
    return os.path.normpath(f"{place}/{named}")
