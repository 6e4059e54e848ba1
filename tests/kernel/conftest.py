# SPDX-License-Identifier: GPL-2.0-only
"""One cache for all tests of a session: unpacking kernel sources takes ten seconds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kernel_few_lines import FILES, Kernel

from kiter.errors import KiterError
from kiter.kernel import headers
from kiter.kernel.headers import Headers
from kiter.sinks.check import CheckOptions
from kiter.target.profile import DEFAULT


@pytest.fixture(scope="session")
def found():
    try:
        return headers.find(wanted=DEFAULT)
    except KiterError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    # below xdist each worker has a folder of its own beside the others'
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "cache"


@pytest.fixture
def options(found: Headers, shared: Path):
    return CheckOptions(headers=str(found.path), cache=shared)


@pytest.fixture
def sourceless(found: Headers, shared: Path, tmp_path: Path):
    """As on a machine without the linux-source package."""
    return CheckOptions(
        headers=str(found.path), cache=shared, places=headers.Places(sources=tmp_path, cached=tmp_path)
    )


@pytest.fixture
def archive():
    if not list(Path("/usr/src").glob("linux-source-*.tar.*")):
        pytest.skip("linux-source is not installed")


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    return Kernel(tmp_path)
