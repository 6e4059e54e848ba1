# SPDX-License-Identifier: GPL-2.0-only
"""The profile of a kernel by its release: a target's, else what its sources said when it was fetched."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from kiter.cache.keys import code_of
from kiter.cache.store import Cache, default_root
from kiter.errors import environment
from kiter.kernel import sources
from kiter.spec.release import numbers, spelled
from kiter.target.profile import Profile, nearest, profile, releases
from kiter.tree.derive import derive

_READER = "kiter.tree.derive"  # what was read is true of it alone
# all that derive() looks at: sources, what says how they are built, and what checkpatch asks for
_READ = ("*.c", "*.h", "Makefile", "*/Makefile", "Kconfig", "*/Kconfig*", "scripts/checkpatch.pl")


def folder() -> Path:
    """Where the profiles of fetched kernels are: $XDG_CACHE_HOME/kiter/profiles or below ~/.cache."""
    return default_root() / "profiles"


def of(release: str) -> Profile:
    """What is generated for a kernel of that release ("7.2.12-cloud-amd64").

    That of the nearest older target where nothing else is known. Raises KiterError R36 where another kiter
    has read its sources: what that has kept may be true no more.
    """
    if found := known(release):
        return found
    version = _version(release)
    if (kept := _kept(version)).is_file():
        message, hint = (
            f"the profile of Linux {version} is of another kiter",
            f"kiter kernels fetch {version}",
        )
        raise environment("R36", message, hint=hint, file=str(kept))
    return nearest(release)


def known(release: str) -> Profile | None:
    """That of a target, or what this kiter has read in the sources of that release; None for neither."""
    version = _version(release)
    if version in releases():
        return profile(version)
    try:
        found = json.loads(_kept(version).read_text(encoding="utf-8"))
        return Profile(**found["profile"]) if found["by"] == code_of(_READER) else None
    except (OSError, LookupError, TypeError, ValueError):
        return None  # there is none, or not to its end, or of other facts


def read(archive: Path, version: str) -> Profile:
    """The profile of Linux `version`, read in the archive of its sources and kept; takes half a minute."""
    major, minor, _ = numbers(version)
    with Cache().scratch() as work:
        sources.unpack(archive, _READ, work)
        found = derive(work, (major, minor)).profile
    kept = {"by": code_of(_READER), "profile": asdict(found)}
    folder().mkdir(parents=True, exist_ok=True)
    _kept(version).write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return found


def _version(release: str) -> str:
    return spelled(numbers(release)[:2])


def _kept(version: str) -> Path:
    return folder() / f"{version}.json"
