# SPDX-License-Identifier: GPL-2.0-only
"""out/ is what specs/ come to today: nothing missing, nothing stale, nothing edited."""

from __future__ import annotations

from pathlib import Path

from generate_support import ROOT

from kiter import frontend, manifest
from kiter.generate import generate
from kiter.sinks import write
from kiter.target.profile import profile

TARGET = profile("6.12")
OUT = ROOT / "out" / TARGET.release


def files_below(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_out_is_what_specs_come_to(tmp_path):
    read = frontend.read(frontend.collect([str(ROOT / "specs")]), TARGET)
    write.write(write.plan([generate(it, TARGET) for it in read.iterators], tmp_path, whole=True))
    fresh, committed = files_below(tmp_path / TARGET.release), files_below(OUT)
    assert committed.keys() - fresh.keys() == set(), "stale: `kiter build` removes them"
    assert fresh.keys() - committed.keys() == set(), "missing: `kiter build` writes them"
    assert [path for path in fresh if fresh[path] != committed[path]] == [], "`kiter build` writes them anew"


def test_manifest_lists_what_is_there():
    listed = manifest.load(OUT)
    there = files_below(OUT)
    del there[manifest.NAME]
    assert listed.keys() == there.keys()
    assert {path: entry.digest for path, entry in listed.items()} == {
        path: manifest.digest(text.decode()) for path, text in there.items()
    }


def test_every_iterator_of_specs_has_outputs():
    named = {entry.iterator for entry in manifest.load(OUT).values()}
    assert named == {path.stem for path in (ROOT / "specs").rglob("*.yaml")}
