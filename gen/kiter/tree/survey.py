# SPDX-License-Identifier: GPL-2.0-only
"""Which files of a kernel tree have to do with kfuncs and iterators: all that may, read once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from kiter.cache.digests import mark_of
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.csource.parse import LARGEST
from kiter.value_class import value_class

ITERATOR = b"KF_ITER_NEW"
SECTION = b"DEFINE_BPF_ITER_FUNC("  # include/linux/bpf.h: a target of SEC("iter/...")
REGISTERS = b"register_btf_kfunc_id_set("
DEFINES = b"__bpf_kfunc"
TEST_MODULES = "tools/testing/selftests/bpf"
# what has neither kfuncs nor modules of its own
_WITHOUT = frozenset(
    {"Documentation", "LICENSES", "arch", "certs", "include", "scripts", "sound", "tools", "usr"}
)


@value_class
class Survey:
    """The files of a tree by what they mention, in paths of the tree, in order."""

    mentions: Mapping[bytes, tuple[str, ...]]

    def files(self, word: bytes) -> tuple[str, ...]:
        """Those that mention it."""
        return self.mentions.get(word, ())


def survey(root: Path) -> Survey:
    """Look through a tree, or through any other folder with C."""
    found: dict[bytes, list[str]] = {}
    before = len(str(root)) + 1
    for path in sorted(sources(root)):
        for word in _mentioned(path):
            found.setdefault(word, []).append(path[before:])
    return Survey({word: tuple(paths) for word, paths in found.items()})


def sources(root: Path) -> Iterator[str]:
    """The C files that may have some; strings, as a tree has thirty thousand."""
    yield from (str(path) for path in root.glob("*.c"))
    tops = (p for p in root.iterdir() if p.is_dir() and p.name not in _WITHOUT and p.name[0] != ".")
    for top in (*tops, root / TEST_MODULES):
        for folder, _, names in os.walk(top):
            yield from (f"{folder}/{name}" for name in names if name.endswith(".c"))


def _mentioned(path: str) -> Iterator[bytes]:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - Path.open() takes twice as long
            data = file.read(LARGEST + 1)
    except OSError:
        return
    if len(data) <= LARGEST and (b"BTF" in data or b"bpf" in data or b"BPF" in data):
        yield from (word for word in (ITERATOR, SECTION, REGISTERS, DEFINES) if word in data)


def surveyed(root: Path, cache: Cache) -> Survey:
    """The same, looked up once for what the files are now."""
    every = sorted(sources(root))
    there = ((path, os.stat(path)) for path in every if os.access(path, os.R_OK))  # noqa: PTH116 - as above
    marks = "".join(f"{path}\0{mark_of(one)}\n" for path, one in there)
    key = key_of("survey", code_of(__name__), marks)
    known = cache.load("survey", key)
    if known and isinstance(known.value, dict):
        return Survey({word.encode(): tuple(paths) for word, paths in known.value.items()})
    found = survey(root)
    cache.store("survey", key, {word.decode(): paths for word, paths in found.mentions.items()})
    return found
