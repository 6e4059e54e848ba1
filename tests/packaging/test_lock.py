# SPDX-License-Identifier: GPL-2.0-only
"""requirements.lock is what `make lock` would still accept: every dependency, pinned, with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def entries() -> dict[str, str]:
    """Each pinned requirement with its continuation lines, by name."""
    text = "\n".join(line for line in LOCK.splitlines() if not line.startswith("#"))
    blocks = re.split(r"\n(?=\S)", text)
    return {canonical(block.split("==")[0]): block for block in blocks}


def test_locks_every_dependency_in_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        wanted = Requirement(text)
        locked = entries().get(canonical(wanted.name))
        assert locked, f"{wanted.name} is not locked: make lock"
        version = locked.split("==")[1].split()[0]
        assert wanted.specifier.contains(version), f"{wanted} is locked as {version}: make lock"


def test_every_entry_has_hashes() -> None:
    assert all("--hash=sha256:" in block for block in entries().values())


def test_names_no_place_to_download_from() -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links", LOCK)
