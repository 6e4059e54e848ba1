# SPDX-License-Identifier: GPL-2.0-only
"""An iterator on another machine, where its kernel was fetched: `kiter kernels fetch 6.12 --arch arm64`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.kernel.arch import ARCHES, own

SPEC = Path(__file__).parents[2] / "specs/letter/process.yaml"
OTHERS = [name for name, arch in ARCHES.items() if arch != own()]
# no vm marker: a machine that has no kernel of another one has tested kiter all the same
pytestmark = pytest.mark.xdist_group("vm")


@pytest.mark.parametrize("name", OTHERS)
def test_an_iterator_passes_there(capsys, name):
    try:
        kernel = kernels.find("6.12", ARCHES[name])
    except KiterError as error:
        pytest.skip(f"{error}: {error.diagnostics[0].hint}")
    assert main(["run", "--arch", name, "--kernel", "6.12", str(SPEC)]) == 0
    out = capsys.readouterr().out
    assert kernel.release in out and "22 checks passed" in out
