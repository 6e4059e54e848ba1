# SPDX-License-Identifier: GPL-2.0-only
"""The profile of a kernel by its release: a target's, else what its sources said when it was fetched."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from kiter.cache.store import Cache, default_root
from kiter.errors import KiterError, environment
from kiter.kernel import sources
from kiter.spec.release import numbers, spelled
from kiter.target.profile import Profile, nearest, profile, releases
from kiter.tree.derive import derive

# all that derive() looks at: sources, what says how they are built, and what checkpatch asks for
_READ = ("*.c", "*.h", "Makefile", "*/Makefile", "Kconfig", "*/Kconfig*", "scripts/checkpatch.pl")


def folder() -> Path:
    """Where the profiles of fetched kernels are: $XDG_CACHE_HOME/kiter/profiles or below ~/.cache."""
    return default_root() / "profiles"


def of(release: str) -> Profile:
    """What is generated for a kernel of that release ("7.2.12-cloud-amd64").

    That of the nearest older target where nothing else is known. Raises KiterError R36 for one that another
    version of kiter has read.
    """
    version = spelled(numbers(release)[:2])
    if version in releases():
        return profile(version)
    kept = folder() / f"{version}.json"
    if not kept.is_file():
        return nearest(release)
    try:
        return Profile(**json.loads(kept.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        hint = f"kiter kernels fetch {version}"
        message = f"the profile of Linux {version} is of another kiter"
        raise environment("R36", message, hint=hint, file=str(kept)) from error


def read(archive: Path, version: str) -> Profile:
    """The profile of Linux `version`, read in the archive of its sources and kept; takes half a minute."""
    major, minor, _ = numbers(version)
    with Cache().scratch() as work:
        sources.unpack(archive, _READ, work)
        found = derive(work, (major, minor)).profile
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / f"{version}.json").write_text(json.dumps(asdict(found), indent=2) + "\n", encoding="utf-8")
    return found


def lacking(version: str) -> bool:
    """Whether Linux `version` is no target and its sources were not read by this kiter."""
    if version in releases():
        return False
    try:
        return of(version).release != version
    except KiterError:
        return True
