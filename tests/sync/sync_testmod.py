# SPDX-License-Identifier: GPL-2.0-only
"""bpf_testmod.ko, which has the iterator testmod_seq: built from the kernel's own selftests, once."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.kernel import kernels
from kiter.vm.command import run
from kiter.vm.module import make_command
from tools.kernel_trees import BPF, extract

FOLDERS = {"6.12": "bpf_testmod", "7.3": "test_kmods"}
NAME = "bpf_testmod"


def module_of(target: str) -> Path:
    """The module for the newest kernel of a target; skips the test where its sources are not here."""
    tree, kernel = extract(target), kernels.find(target)
    if tree is None or target not in FOLDERS:
        pytest.skip(f"no sources of Linux {target}")
    # the name of its folder in the cache says what it was taken from
    key = key_of("testmod", str(kernel.headers), kernel.release, tree.name)
    build = partial(_build, tree / BPF / FOLDERS[target], kernel.headers)
    return Cache().made("testmod", key, build) / f"{NAME}.ko"


def _build(source: Path, headers: Path, work: Path) -> tuple[str, ...]:
    for path in source.glob("*.[ch]"):
        shutil.copy(path, work)
    (work / "Makefile").write_text(f"obj-m += {NAME}.o\nCFLAGS_{NAME}.o = -I{work}\n")
    run(make_command(headers, work), "building bpf_testmod", "R10")
    return ()
