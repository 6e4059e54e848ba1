# SPDX-License-Identifier: GPL-2.0-only
"""What a session has built is built again when anything that it was built of is another."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kiter.cache.store import Cache
from kiter.kernel.arch import own
from kiter.kernel.kernels import installed
from kiter.vm import image, module, programs, runner, userland
from kiter.vm.module import Module, build_modules
from kiter.vm.programs import Program
from kiter.vm.runner import Test

PROGRAM = '#include "vmlinux.h"\n#include "bpf_experimental.h"\nint x = A + B;\n'
TEST = '#include "harness.h"\n#include <linux/btf.h>\nint y = C + D;\n'
FILES = {
    "headers/vmlinux.h": "enum { A = 1 };\n",
    "include/bpf_experimental.h": "#define B 1\n",
    "harness/harness.h": "#define C 1\n",
    "harness/main.c": '#include "harness.h"\nint z = C;\n',
    "uapi/linux/btf.h": "#define D 1\n",
    "uapi/linux/bpf.h": "",
    "vmlinuz": "\x7fELF",
}


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for one in (programs, runner):
        monkeypatch.setattr(one, "INCLUDE", tmp_path / "include")
        monkeypatch.setattr(one, "HARNESS", tmp_path / "harness")
    return tmp_path


def program(top: Path, cache: Cache) -> Path:
    return programs.build_program(Program("x", PROGRAM), top / "headers", cache, own())


def test_object(top: Path, cache: Cache) -> Path:
    return runner.build_test(Test.of("y", TEST), {}, [top / "uapi"], cache, userland.native())


def harness(top: Path, cache: Cache) -> Path:
    return runner.build_harness(top / "uapi", cache, userland.native())[0]


def kernel(top: Path, cache: Cache) -> Path:
    return image.vmlinux(top / "vmlinuz", cache)


test_object.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("build", "read"),
    [
        (program, "headers/vmlinux.h"),
        (program, "include/bpf_experimental.h"),
        (program, "headers/bpf_experimental.h"),
        (test_object, "harness/harness.h"),
        (test_object, "uapi/linux/btf.h"),
        (harness, "harness/harness.h"),
        (harness, "harness/main.c"),
        (kernel, "vmlinuz"),
    ],
)
def test_it_is_built_again_when_a_file_is_another(
    build: Callable[[Path, Cache], Path], read: str, top: Path
) -> None:
    first = build(top, Cache(top / "cache"))
    assert build(top, Cache(top / "cache")) == first and first.exists()
    path = top / read
    before = path.read_text() if path.exists() else FILES["include/bpf_experimental.h"]
    path.write_text(before + "\n")
    assert build(top, Cache(top / "cache")) != first


def test_a_library_that_is_linked_counts(top: Path) -> None:
    found = [Path(path) for path in runner._archives(userland.native())]
    assert {"libbpf.a", "libelf.a", "libc.a"} <= {path.name for path in found}
    assert all(path.is_file() for path in found if path.name != "libpthread.a")


def test_a_module_depends_on_the_headers_that_kbuild_read(top: Path) -> None:
    if not installed():
        pytest.skip("no kernel with headers is installed")
    headers = installed()[-1].headers
    text = '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n'
    cache = Cache(top / "cache")
    made = build_modules(headers, [Module("kiter_tiny", text)], cache)["kiter_tiny"]
    assert build_modules(headers, [Module("kiter_tiny", text)], Cache(top / "cache"))["kiter_tiny"] == made
    (entry,) = (path for path in (top / "cache/store/known/ko").rglob("*") if path.is_file())
    reads = os.fsdecode(entry.read_bytes().partition(b"\n")[2]).split("\0")
    assert any(re.search(r"include/linux/module\.h$", read) and Path(read).is_file() for read in reads)
    assert {str(headers / ".config"), str(headers / "Module.symvers")} <= set(reads)
    assert all(Path(read).is_absolute() for read in reads)
    assert module.module_key(headers, Module("kiter_tiny", text), cache) != module.module_key(
        headers, Module("kiter_tiny", text, ("-DX",)), cache
    )
