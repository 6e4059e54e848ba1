# SPDX-License-Identifier: GPL-2.0-only
"""The manifest of an output folder: which files are kiter's, and what they were when it wrote them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from kiter.value_class import value_class

NAME = ".kiter.json"


@value_class
class Entry:
    """One file: the iterator it belongs to, and the hash of its text."""

    iterator: str
    digest: str


def digest(text: str) -> str:
    """The hash that an entry holds."""
    return hashlib.sha256(text.encode()).hexdigest()


def load(root: Path) -> dict[str, Entry]:
    """What an earlier run wrote below `root`; empty when there is none, or when it cannot be read.

    A path that leads out of `root`, which only somebody else can have written, is none of ours.
    """
    try:
        outputs = json.loads((root / NAME).read_text(encoding="utf-8"))["outputs"]
        entries = {path: Entry(str(e["iterator"]), str(e["sha256"])) for path, e in outputs.items()}
    except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return {}
    return {path: entry for path, entry in entries.items() if _inside(path)}


def _inside(path: str) -> bool:
    parts = path.split("/")
    return "\0" not in path and not {"", ".", ".."} & set(parts)


def spell(entries: Mapping[str, Entry]) -> str:
    """The text of a manifest."""
    outputs = {p: {"iterator": e.iterator, "sha256": e.digest} for p, e in sorted(entries.items())}
    return json.dumps({"SPDX-License-Identifier": "GPL-2.0-only", "outputs": outputs}, indent=1) + "\n"


def lists(path: Path) -> bool:
    """Whether a file is kiter's own output: a folder above it has a manifest that names it."""
    real = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() raises for a loop of links
    folders = (folder for folder in real.parents if (folder / NAME).is_file())
    return any(real.relative_to(folder).as_posix() in load(folder) for folder in folders)
