# SPDX-License-Identifier: GPL-2.0-only
"""Programs of another release run where they were unpacked, with libraries that nothing else sees."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from kiter.kernel import toolchain

LOADER = Path("/lib64/ld-linux-x86-64.so.2")
LIBRARY = Path("/lib/x86_64-linux-gnu/libc.so.6")


@pytest.fixture
def root(tmp_path):
    """A small system: one program that needs a loader, one that is a script, one library, one link."""
    if not (LOADER.is_file() and LIBRARY.is_file()):
        pytest.skip("not Debian on x86-64")
    root = tmp_path / "root"
    programs, libraries = root / "usr/bin", root / toolchain.LIBRARIES
    programs.mkdir(parents=True)
    libraries.mkdir(parents=True)
    shutil.copy(LOADER, root / toolchain.LOADER)
    shutil.copy(LIBRARY, libraries)
    shutil.copy("/bin/cat", programs / "cat")
    (programs / "link").symlink_to("cat")
    (programs / "script").write_text("#!/bin/sh\necho script\n")
    (programs / "script").chmod(0o755)
    return root


def test_a_program_runs_by_its_own_loader_from_where_it_was_moved(root, tmp_path):
    place = tmp_path / "a place with spaces"
    toolchain.settle(root, place)
    root.rename(place)
    for name in ("cat", "link"):
        command = [place / "usr/bin" / name, "/proc/self/maps"]
        maps = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert f"{place}/{toolchain.LIBRARIES}/libc.so.6" in maps


def test_scripts_and_libraries_stay_as_they_are(root, tmp_path):
    before = (root / toolchain.LIBRARIES / "libc.so.6").read_bytes()
    toolchain.settle(root, tmp_path / "place")
    assert (root / toolchain.LIBRARIES / "libc.so.6").read_bytes() == before
    assert (root / "usr/bin/script").read_text() == "#!/bin/sh\necho script\n"
    assert (root / "usr/bin/link").is_symlink()
