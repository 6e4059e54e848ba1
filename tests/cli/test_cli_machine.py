# SPDX-License-Identifier: GPL-2.0-only
"""What the machine lacks is told with a code of its own, and the status of the environment."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiter.errors import ENVIRONMENT, KiterError
from kiter.kernel import apt, kernels
from kiter.site import build as site
from kiter.vm import image, runner, tools
from kiter.vm.store import Store


def _no_kernel(folder: Path) -> None:
    (folder / "vmlinuz").write_bytes(b"no kernel")
    image.vmlinux(folder / "vmlinuz", Store(folder / "store"))


LACKING: dict[str, Callable[[Path], object]] = {
    "R01": lambda _: tools.find("a-program-that-is-not-here"),
    "R02": lambda _: tools.run(tools.command("false"), "trying"),
    "R03": _no_kernel,
    "R15": lambda folder: runner.uapi_folder(folder, Store(folder / "store")),
    "R31": lambda folder: kernels.remove("6.12.1", folder),
    "R32": lambda _: apt._require("apt-get"),
    "E50": lambda folder: site.build({}, folder),
}


@pytest.mark.parametrize("code", LACKING)
def test_it_is_told_with_its_code(code, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda *_: None)
    with pytest.raises(KiterError) as caught:
        LACKING[code](tmp_path)
    assert [d.code for d in caught.value.diagnostics] == [code]
    assert caught.value.status == ENVIRONMENT


def test_what_sphinx_complains_of_is_told(tmp_path):
    pytest.importorskip("sphinx")
    with pytest.raises(KiterError, match=r"no-such-thing") as caught:
        site.build({"conf.py": "", "index.rst": "A page\n======\n\n.. no-such-thing::\n"}, tmp_path / "out")
    assert [d.code for d in caught.value.diagnostics] == ["E51"]
