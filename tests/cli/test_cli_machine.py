# SPDX-License-Identifier: GPL-2.0-only
"""What the machine lacks is told with a code of its own, and the status of the environment."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kiter import tools
from kiter.cache.store import Cache
from kiter.errors import ENVIRONMENT, KiterError
from kiter.kernel import apt, kernels
from kiter.site import build as site
from kiter.vm import image, runner
from kiter.vm.command import command, run


def _no_kernel(folder: Path) -> None:
    (folder / "vmlinuz").write_bytes(b"no kernel")
    image.vmlinux(folder / "vmlinuz", Cache(folder / "store"))


LACKING: dict[str, Callable[[Path], object]] = {
    "E19": lambda _: tools.require("a-program-that-is-not-here").path,
    "R02": lambda _: run(command("false"), "trying"),
    "R03": _no_kernel,
    "R15": lambda folder: runner.uapi_folder(folder, Cache(folder / "store")),
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


@pytest.mark.parametrize(
    ("program", "package"), [("qemu-system-x86_64", "qemu-system-x86"), ("make", "make")]
)
def test_a_missing_program_is_told_with_its_package(program, package, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KiterError) as caught:
        tools.require(program)
    assert caught.value.diagnostics[0].hint == f"apt-get install {package}"


def test_programs_outside_of_the_users_path_are_found(tmp_path, monkeypatch):
    folder = tmp_path / "sbin"
    folder.mkdir()
    (folder / "bpftool").touch(mode=0o755)
    monkeypatch.setattr(tools, "_BEHIND_PATH", {"bpftool": str(folder)})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools.require("bpftool").path == str(folder / "bpftool")
