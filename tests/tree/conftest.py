# SPDX-License-Identifier: GPL-2.0-only
"""Small extracts of real kernel trees, unpacked once into the cache and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tree_support import BPF, IDENTITY, git

from kiter.kernel import sources as sources_of
from kiter.kernel.cache import Cache, default_root

WANTED = (
    *("Makefile", "kernel/bpf", "kernel/sched/ext*", "Documentation/bpf", "include/uapi/linux/bpf.h"),
    *("tools/lib/bpf/bpf_helpers.h", "tools/sched_ext/include"),
    *(f"{BPF}/{name}" for name in ("bpf_experimental.h", "config", "test_kmods", "bpf_testmod")),
    *(f"{BPF}/progs/{name}.c" for name in ("kmem_cache_iter", "dmabuf_iter")),
    *(f"{BPF}/prog_tests/{name}.c" for name in ("kmem_cache_iter", "dmabuf_iter")),
)


def extract(version: str) -> Path:
    """Those files of that version's sources; skips the test if they are not here."""
    archive = sources_of.archive(version)
    if archive is None:
        pytest.skip(f"no sources of Linux {version} here")
    made = sources_of.unpacked(archive, WANTED, Cache(default_root()))
    assert made is not None
    return made


@pytest.fixture(scope="session", params=["6.12", "7.3"])
def sources(request) -> Path:
    """The extract of each version."""
    return extract(request.param)


@pytest.fixture
def plain(sources, tmp_path) -> Path:
    """A tree without git."""
    tree = tmp_path / "linux"
    shutil.copytree(sources, tree, symlinks=True)
    return tree


@pytest.fixture
def tree(plain) -> Path:
    """A clean git tree."""
    git(plain, "init", "-q")
    git(plain, "add", "-A")
    git(plain, *IDENTITY, "commit", "-qm", "the kernel")
    return plain
