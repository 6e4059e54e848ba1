# SPDX-License-Identifier: GPL-2.0-only
"""What the files of a tree mention is looked up once, for as long as the files are the same."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from kiter.cache.store import Cache
from kiter.tree import survey
from kiter.tree.survey import DEFINES, surveyed

WITH, WITHOUT = "__bpf_kfunc int f(void);\n", "/* bpf has no kfuncs */\n\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    assert len(WITH) == len(WITHOUT)
    path = tmp_path / "linux/kernel/a.c"
    path.parent.mkdir(parents=True)
    path.write_text(WITH, encoding="utf-8")
    return path


@pytest.fixture
def found(file: Path, tmp_path: Path):
    """found() gives the files that define kfuncs."""
    return lambda: surveyed(tmp_path / "linux", Cache(tmp_path / "cache")).files(DEFINES)


def test_files_that_stay_are_not_read_again(found, monkeypatch):
    assert found() == ("kernel/a.c",)
    monkeypatch.setattr(survey, "_mentioned", lambda _: pytest.fail("read again"))
    assert found() == ("kernel/a.c",)


@pytest.mark.parametrize("renamed", [False, True])
def test_a_file_of_the_same_size_and_time_is_read_again(file, found, renamed):
    """As one is after cp -p, rsync --times or tar, also where it was put in the place of the other."""
    assert found() == ("kernel/a.c",)
    times = file.stat()
    time.sleep(0.05)  # for a change in place to leave a trace in its times
    new = file.with_suffix(".new") if renamed else file
    new.write_text(WITHOUT, encoding="utf-8")
    os.utime(new, ns=(times.st_atime_ns, times.st_mtime_ns))
    new.replace(file)
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (times.st_size, times.st_mtime_ns)
    assert found() == ()
