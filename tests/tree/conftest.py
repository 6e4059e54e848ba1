# SPDX-License-Identifier: GPL-2.0-only
"""Small extracts of real kernel trees, unpacked once into the cache and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.kernel_trees import READ, commit_all, copied, identify


@pytest.fixture(scope="session", params=["6.12", "7.3"])
def sources(request, tmp_path_factory) -> Path:
    """What is read of the sources of each version."""
    tree = copied(request.param, READ, tmp_path_factory.mktemp("sources") / "linux")
    return tree or pytest.skip(f"no sources of Linux {request.param} here")


@pytest.fixture
def plain(sources, tmp_path) -> Path:
    """A tree without git."""
    tree = tmp_path / "linux"
    shutil.copytree(sources, tree, symlinks=True)
    return tree


@pytest.fixture
def tree(plain) -> Path:
    """A clean git tree."""
    commit_all(plain, "the kernel")
    identify(plain)
    return plain
