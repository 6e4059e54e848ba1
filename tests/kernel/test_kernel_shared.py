# SPDX-License-Identifier: GPL-2.0-only
"""What checks share is remembered, too: it is made anew when anything that it is made of is another."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable

import pytest
from kernel_few_lines import CONF, MAKEFILE, Kernel

from kiter import tools
from kiter.cache.store import Cache, opened
from kiter.kernel import bpf, kbuild, kconfig, sources, vmlinux


def flags(kernel: Kernel, cache: Cache) -> object:
    return kbuild.ask(kernel.headers, cache).flags


def lost(kernel: Kernel, cache: Cache) -> object:
    return kconfig.without("CONFIG_ONE", kernel.headers, kernel.kbuild, kernel.tree, cache).options


def types(kernel: Kernel, cache: Cache) -> object:
    bpftool = tools.find("bpftool", str(kernel.top / "bin"))
    assert bpftool is not None
    return vmlinux.make(kernel.headers, bpftool, cache).read_text()


def library(kernel: Kernel, cache: Cache) -> object:
    folder = bpf._library(kernel.tree, cache) / "bpf"
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("made", "read", "text"),
    [
        (flags, "headers/scripts/Makefile.flags", "FLAGS = -DY\n"),
        (flags, "headers/Makefile", MAKEFILE.replace("$(FLAGS)", "$(FLAGS) -DZ")),
        (lost, "tree/Kconfig", "config ONE\n"),
        (lost, "headers/scripts/kconfig/conf", CONF.replace("CONFIG_OTHER", "CONFIG_NEW")),
        (types, "headers/vmlinux", "others"),
        (types, "bin/bpftool", "#!/bin/sh\necho 'struct task_struct {'\n"),
        (library, "tree/tools/lib/bpf/libbpf.h", "// edited\n"),
        (library, "tree/tools/lib/bpf/new.h", ""),
        (library, "tree/scripts/bpf_doc.py", "print('/* other helpers */')\n"),
    ],
)
def test_what_checks_share_is_made_anew_when_anything_that_it_is_made_of_is_another(
    made: Callable[[Kernel, Cache], object],
    read: str,
    text: str,
    kernel: Kernel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def now() -> object:
        with opened(kernel.top / "cache") as cache:
            return made(kernel, cache)

    first = now()
    with monkeypatch.context() as patch:
        patch.setattr(tools, "run", None)
        assert now() == first
    path = kernel.top / read
    before = path.read_text() if path.exists() else None
    path.write_text(text)
    assert now() != first
    if before is None:
        path.unlink()
    else:
        path.write_text(before)
    assert now() == first


def test_an_archive_that_is_another_is_unpacked_anew(kernel: Kernel) -> None:
    archive = kernel.top / "linux-source-6.12.tar.gz"

    def packed(text: str) -> str | None:
        (kernel.top / "linux-source-6.12/mm").mkdir(parents=True, exist_ok=True)
        (kernel.top / "linux-source-6.12/mm/slab.h").write_text(text)
        shutil.make_archive(str(archive).removesuffix(".tar.gz"), "gztar", kernel.top, "linux-source-6.12")
        os.utime(archive, (1, 1))
        time.sleep(0.01)
        with opened(kernel.top / "cache") as cache:
            found = sources.unpacked(archive, ["mm/*.h", "lib/*.h"], cache, "mm/slab.h")
        return found and (found / "mm/slab.h").read_text()

    assert [packed("a"), packed("b"), packed("a")] == ["a", "b", "a"]
    archive.write_bytes(archive.read_bytes()[:-30])
    with opened(kernel.top / "cache") as cache:
        assert sources.unpacked(archive, ["mm/*.h"], cache, "mm/slab.h") is None
