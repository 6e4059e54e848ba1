# SPDX-License-Identifier: GPL-2.0-only
"""Headers of a 32-bit kernel: its sources, configured for i386 with all that iterators need, and prepared.

Distributions have none any more, so they are made from the sources, and kept in the user's cache.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kiter import tools
from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.kernel import headers, sources
from kiter.kernel.headers import Headers

# what configuring and preparing reads, and the folders that iterators live in
WANTED = (
    *("Makefile", "Kbuild", "Kconfig", "*/Kconfig*", "include", "arch/x86", "scripts", "kernel"),
    *("tools/include", "tools/scripts", "tools/build"),
)
CONFIG = """\
CONFIG_64BIT=n
CONFIG_SMP=y
CONFIG_MMU=y
CONFIG_NET=y
CONFIG_INET=y
CONFIG_CGROUPS=y
CONFIG_MEMCG=y
CONFIG_BPF_SYSCALL=y
CONFIG_BPF_JIT=y
CONFIG_SYNC_FILE=y
CONFIG_DEBUG_KERNEL=y
CONFIG_DEBUG_INFO_DWARF4=y
CONFIG_DEBUG_INFO_BTF=y
CONFIG_SCHED_CLASS_EXT=y
"""
MADE = ("include/generated/asm-offsets.h", "include/generated/autoconf.h")


def prepared(version: str) -> Headers:
    """The headers of Linux `version` for i386; skips the test where its sources are not here."""
    archive = sources.archive(version)
    if archive is None:
        pytest.skip(f"no sources of Linux {version} (kiter kernels fetch {version})")
    cache = Cache()
    key = key_of("i386", cache.digests.of(str(archive)), *WANTED, CONFIG)
    made = cache.made("i386", key, lambda work: _prepare(archive, work))
    found = headers.read(made)
    assert found is not None, f"{made} is not prepared"
    return found


def _prepare(archive: Path, work: Path) -> tuple[str, ...]:
    top = archive.name.partition(".tar")[0]
    names = (name if name.startswith("*") else f"{top}/{name}" for name in WANTED)
    tools.run(["tar", "-xf", str(archive), "-C", str(work), "--strip-components=1", "--wildcards", *names])
    (work / "iterators.config").write_text(CONFIG)
    asked = ["make", "-s", "-C", str(work), "ARCH=i386"]
    for words in (["KCONFIG_ALLCONFIG=iterators.config", "allnoconfig"], ["prepare0"]):
        done = tools.run([*asked, *words])
        assert done.status == 0, done.stderr
    return ()
