# SPDX-License-Identifier: GPL-2.0-only
"""Clones of small extracts of real kernel trees: one a version and worker, cloned anew for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from series_support import Clones

from tools.kernel_trees import repository

VERSIONS = ("6.12", "7.3")


@pytest.fixture(autouse=True)
def nobody(monkeypatch, tmp_path):
    """Nothing of the git settings of whoever runs the tests."""
    settings = tmp_path / "gitconfig"
    settings.write_text("")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    for name in ("NAME", "EMAIL", "DATE"):
        monkeypatch.delenv(f"GIT_AUTHOR_{name}", raising=False)
        monkeypatch.delenv(f"GIT_COMMITTER_{name}", raising=False)
    monkeypatch.delenv("EMAIL", raising=False)
    return settings


@pytest.fixture(scope="session")
def clones(tmp_path_factory) -> Clones:
    """Clones by version, made when they are asked for."""

    def make(version: str) -> Path:
        made = repository(version, tmp_path_factory.mktemp(f"linux-{version}"))
        return made or pytest.skip(f"no sources of Linux {version} here")

    return Clones(make)


@pytest.fixture
def tree(clones, tmp_path) -> Path:
    """A clean clone of 6.12."""
    return clones.clone("6.12", tmp_path / "tree")


@pytest.fixture(params=VERSIONS)
def any_tree(request, clones, tmp_path) -> Path:
    """A clean clone of each version."""
    return clones.clone(request.param, tmp_path / "tree")
