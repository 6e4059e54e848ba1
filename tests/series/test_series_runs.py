# SPDX-License-Identifier: GPL-2.0-only
"""A run is told of in a cover letter only while all that was run is made from the same files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kiter import frontend, resources, tested
from kiter.cache.store import Cache
from kiter.target.profile import profile
from kiter.tested import Run

ROOT = Path(__file__).parents[2]
RUN = Run("6.12.9-test", "x86_64", "own", 4, 31, 14)
TARGET = profile("6.12")


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """known() gives the runs of an iterator, of which one is remembered; kiter's files are copies."""
    for name in ("templates", "fixtures"):
        shutil.copytree(ROOT / name, tmp_path / name)
        monkeypatch.setattr(resources, name, lambda name=name: tmp_path / name)
    spec = tmp_path / "mine/process.yaml"
    spec.parent.mkdir()
    shutil.copy(ROOT / "specs/letter/process.yaml", spec)
    (it,) = frontend.read([spec], TARGET).iterators
    tested.remember(it, TARGET, RUN, Cache(tmp_path / "cache"))
    return lambda: tested.runs(it, TARGET, Cache(tmp_path / "cache"))


def test_a_run_is_known_while_its_files_stay(known):
    assert known() == (RUN,)


@pytest.mark.parametrize("name", ["templates", "fixtures"])
def test_a_run_is_forgotten_when_what_it_was_made_with_changes(known, tmp_path, name):
    file = next(path for path in sorted((tmp_path / name).rglob("*")) if path.is_file())
    file.write_text(f"{file.read_text('utf-8')}\n", encoding="utf-8")
    assert known() == ()


def test_a_run_is_forgotten_when_a_fixture_joins_the_spec(known, tmp_path):
    own = tmp_path / "mine/fixtures/process/user.c"
    own.parent.mkdir(parents=True)
    own.write_text("/* another oracle */\n", encoding="utf-8")
    own.with_name("fixture.yaml").write_text("elements: {}\n", encoding="utf-8")
    assert known() == ()
