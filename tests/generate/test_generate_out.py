# SPDX-License-Identifier: GPL-2.0-only
"""out/ is what specs/ come to today: nothing missing, nothing stale, nothing edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from generate_support import ROOT

from kiter import frontend, manifest
from kiter.generate import generate
from kiter.sinks import write
from kiter.target.profile import Profile, verified

TARGETS = verified()
each_target = pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.release)


def committed_for(target: Profile) -> Path:
    return ROOT / "out" / target.release


def files_below(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


@each_target
def test_out_is_what_specs_come_to(tmp_path, target):
    read = frontend.of([str(ROOT / "specs")], target)
    write.write(write.plan([generate(it, target) for it in read.iterators], tmp_path, whole=True))
    fresh, committed = files_below(tmp_path), files_below(committed_for(target))
    assert committed.keys() - fresh.keys() == set(), "stale: `kiter build` removes them"
    assert fresh.keys() - committed.keys() == set(), "missing: `kiter build` writes them"
    assert [path for path in fresh if fresh[path] != committed[path]] == [], "`kiter build` writes them anew"


@each_target
def test_manifest_lists_what_is_there(target):
    listed = manifest.load(committed_for(target))
    there = files_below(committed_for(target))
    del there[manifest.NAME]
    assert listed.keys() == there.keys()
    assert {path: entry.digest for path, entry in listed.items()} == {
        path: manifest.digest(text.decode()) for path, text in there.items()
    }


def test_every_iterator_of_specs_has_outputs():
    """For one target at least: a kernel may be too old for some."""
    entries = [entry for target in TARGETS for entry in manifest.load(committed_for(target)).values()]
    # what all of them share is nobody's
    assert {entry.iterator for entry in entries} - {""} == {
        path.stem for path in (ROOT / "specs").rglob("*.yaml")
    }


def test_no_folder_of_a_target_that_is_none():
    assert {path.name for path in (ROOT / "out").iterdir()} == {target.release for target in TARGETS}
