# SPDX-License-Identifier: GPL-2.0-only
"""bpf_testmod.ko, which has the iterator testmod_seq: built from the kernel's own selftests, once."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from kiter.kernel import kernels, sources
from kiter.kernel.cache import default_root, opened
from kiter.vm.command import run
from kiter.vm.module import make_command
from kiter.vm.store import Store, digest

FOLDERS = {"6.12": "bpf_testmod", "7.3": "test_kmods"}
BELOW = "tools/testing/selftests/bpf"
NAME = "bpf_testmod"


def module_of(target: str) -> Path:
    """The module for the newest kernel of a target; skips the test where its sources are not here."""
    archive, kernel = sources.archive(target), kernels.find(target)
    if archive is None or target not in FOLDERS:
        pytest.skip(f"no sources of Linux {target}")
    folder = f"{BELOW}/{FOLDERS[target]}"
    with opened() as cache:
        tree = sources.unpacked(archive, [folder], cache, needed=f"{folder}/{NAME}.c")
        assert tree is not None, f"{archive} has no {folder}"
        key = digest([str(kernel.headers), kernel.release, str(archive), str(archive.stat().st_mtime_ns)])
        build = partial(_build, tree / folder, kernel.headers)
        return Store(default_root() / "vm").get("testmod", key, build) / f"{NAME}.ko"


def _build(source: Path, headers: Path, work: Path) -> None:
    for path in source.glob("*.[ch]"):
        shutil.copy(path, work)
    (work / "Makefile").write_text(f"obj-m += {NAME}.o\nCFLAGS_{NAME}.o = -I{work}\n")
    run(make_command(headers, work), "building bpf_testmod", "R10")
