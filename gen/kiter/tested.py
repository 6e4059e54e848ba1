# SPDX-License-Identifier: GPL-2.0-only
"""What runs showed of an iterator, kept for the cover letter of its series."""

from __future__ import annotations

from kiter import resources
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.fixtures.known import files_of
from kiter.spec.model import Spec
from kiter.target.profile import Profile
from kiter.value_class import value_class

_KIND = "tested"
_MAKES = "kiter.generate"  # by its name: this module stands below it


@value_class
class Run:
    """A run in which every test of an iterator passed."""

    release: str  # of the kernel
    machine: str  # its architecture, as uname -m says it
    harness: str  # what ran the tests: "own" or "test_progs"
    walks: int  # how many walks were compared with what user space sees
    contract: int  # how many tests of what any iterator has to keep
    refused: int  # how many programs the verifier had to refuse


def remember(it: Spec, profile: Profile, run: Run, cache: Cache) -> None:
    """Keep what a run showed, in the place of an older one on that kernel by that harness."""
    known = runs(it, profile, cache)
    others = (one for one in known if (one.release, one.harness) != (run.release, run.harness))
    rows = [_row(one) for one in (*others, run)]
    cache.store(_KIND, _name(it, profile, cache), rows)


def runs(it: Spec, profile: Profile, cache: Cache) -> tuple[Run, ...]:
    """The runs of an iterator from the very same spec, templates and fixtures, the last one last."""
    known = cache.load(_KIND, _name(it, profile, cache))
    rows = known.value if known and isinstance(known.value, list) else []
    return tuple(run for row in rows if (run := _read(row)))


def _name(it: Spec, profile: Profile, cache: Cache) -> str:
    """All that what was run is made from: the spec, the target, kiter itself, its templates and fixtures."""
    templates = sorted(path for path in resources.templates().rglob("*") if path.is_file())
    made_with = cache.digests.state(map(str, (*templates, *files_of(it))))
    return key_of(_KIND, code_of(_MAKES), made_with, it.node.document.text, profile.release)


def _row(run: Run) -> list[str | int]:
    return [run.release, run.machine, run.harness, run.walks, run.contract, run.refused]


def _read(row: object) -> Run | None:
    match row:
        case [str(release), str(machine), str(harness), int(walks), int(contract), int(refused)]:
            return Run(release, machine, harness, walks, contract, refused)
    return None
