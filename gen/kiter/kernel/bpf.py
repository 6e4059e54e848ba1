# SPDX-License-Identifier: GPL-2.0-only
"""What BPF programs and prog_tests are compiled with: clang, the host's compiler, and their headers.

The headers are the kernel's own where its sources are at hand, else our VM harness's on top of libbpf's.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel.codes import lacking
from kiter.kernel.tree import Tree
from kiter.tools import Tool
from kiter.value_class import value_class

HARNESS = Path(__file__).resolve().parent.parent / "vm/harness/include"
SYSTEM = Path("/usr/include")
# what the selftests of a tree cannot be compiled without
NEEDED = (
    *(f"tools/lib/bpf/{name}" for name in ("bpf_helpers.h", "bpf_tracing.h", "libbpf.h")),
    *("include/uapi/linux/bpf.h", "scripts/bpf_doc.py", "tools/include/uapi/linux/bpf.h"),
    "tools/testing/selftests/bpf/bpf_experimental.h",
    "tools/testing/selftests/bpf/progs/bpf_misc.h",
)
ARENA = "libarena/include"  # where newer selftests keep a part of bpf_experimental.h

# As the kernel's selftests are built, tools/testing/selftests/bpf/Makefile.
_CLANG = (
    *("-target", "bpf", "-mcpu=v3", "-g", "-O2", "-Wall", "-Werror"),
    *(
        "-Wno-compare-distinct-pointer-types",
        "-Wno-microsoft-anon-tag",
        "-fms-extensions",
        "-fno-caret-diagnostics",
    ),
)
_HOST = ("-g", "-O0", "-Wall", "-Werror", "-fno-omit-frame-pointer", "-D_GNU_SOURCE=", "-ftabstop=1")


@value_class
class Includes:
    """Folders of headers for programs and for tests, bpf_experimental.h among them, and whose they are."""

    programs: tuple[str, ...]
    tests: tuple[str, ...]
    origin: str


@value_class
class Bpf:
    """All that compiling selftests takes."""

    clang: Tool  # compiles programs
    host: Tool  # compiles tests
    bpftool: Tool  # links programs, and makes their skeletons
    vmlinux: Path  # the file vmlinux.h
    includes: Includes  # the folders of headers
    clang_flags: tuple[str, ...]  # for programs
    host_flags: tuple[str, ...]  # for tests
    identity: str  # stands for all of it in keys, but not for what headers hold


def prepare(
    *, clang: Tool, host: Tool, bpftool: Tool, vmlinux: Path, includes: Includes, arch: str, cache: Cache
) -> Bpf:
    """Put it together, with the folders of system headers that clang itself would use on this machine."""
    system = _system_folders(clang, cache)
    clang_flags = (
        *_CLANG,
        f"-D__TARGET_ARCH_{arch}",
        *_folders("-I", includes.programs),
        *_folders("-idirafter", system),
    )
    host_flags = (*_HOST, *_folders("-I", includes.tests))
    programs = (tool.identity for tool in (clang, host, bpftool))
    words = (str(vmlinux), *clang_flags, *host_flags)
    identity = key_of("bpf", *programs, *map(cache.named, words))
    return Bpf(clang, host, bpftool, vmlinux, includes, clang_flags, host_flags, identity)


def _folders(flag: str, folders: Sequence[str]) -> list[str]:
    return [word for folder in folders for word in (flag, folder)]


def _system_folders(clang: Tool, cache: Cache) -> list[str]:
    """clang -target bpf leaves out the folders of the host's architecture, which libc's headers need."""
    key = key_of("folders", code_of(__name__), clang.identity)
    known = cache.load("folders", key)
    if known and isinstance(known.value, list):
        return [str(folder) for folder in known.value]
    since = time.time_ns()
    said = tools.run([clang.path, "-v", "-E", "-x", "c", "/dev/null"]).stderr
    _, _, rest = said.partition("#include <...> search starts here:\n")
    folders = [line.strip() for line in rest.partition("End of search list")[0].splitlines()]
    absent = re.findall(r'^ignoring nonexistent directory "(.*)"$', said, re.MULTILINE)
    cache.store("folders", key, folders, reads=(*folders, *absent), since=since)
    return folders


def includes_of(tree: Tree | None, cache: Cache) -> Includes:
    """The tree's selftests headers, else our own. Raises KiterError E17 if libbpf's headers are missing."""
    if tree and (tree.bpf / "test_progs.h").is_file():
        return _of_tree(tree, cache)
    missing = [name for name in ("bpf/bpf_helpers.h", "bpf/libbpf.h") if not (SYSTEM / name).is_file()]
    if missing:
        raise lacking("E17", f"{SYSTEM / missing[0]} does not exist")
    return Includes((str(HARNESS),), (str(HARNESS),), "kiter's own")


def _of_tree(tree: Tree, cache: Cache) -> Includes:
    missing = [name for name in NEEDED if not (tree.path / name).exists()]
    if missing:
        hint = "give a whole tree; in a sparse one, add the folders: git sparse-checkout add"
        folders = dict.fromkeys(str(Path(name).parent) for name in missing)
        raise lacking("E20", f"{tree.path} lacks {', '.join(missing)}", f"{hint} {' '.join(folders)}")
    library = _library(tree, cache)
    tools_dir = tree.path / "tools"
    arena = [folder for folder in (tree.bpf / ARENA,) if folder.is_dir()]
    tests = (tree.bpf, tree.bpf.parent, library, tools_dir / "include", tools_dir / "include/uapi", *arena)
    programs = (tree.bpf / "progs", tree.bpf, library, *arena)
    return Includes(
        tuple(str(folder) for folder in programs),
        tuple(str(folder) for folder in tests),
        tree.name,
    )


def _library(tree: Tree, cache: Cache) -> Path:
    """A folder with libbpf's headers as <bpf/...>, and bpf_helper_defs.h, which the tree generates."""
    source = tree.path / "tools/lib/bpf"
    script, api = tree.path / "scripts/bpf_doc.py", tree.path / "include/uapi/linux/bpf.h"

    def make(work: Path) -> Sequence[str]:
        folder = work / "bpf"
        folder.mkdir()
        headers = list(source.glob("*.h"))
        for header in headers:
            (folder / header.name).write_bytes(header.read_bytes())
        defs = folder / "bpf_helper_defs.h"
        if not defs.exists():
            defs.write_text(_helper_defs(script, api), encoding="utf-8")
        return [str(path) for path in (source, *headers, script, api)]

    key = key_of("libbpf", code_of(__name__), cache.named(str(tree.path)), sys.version)
    return cache.made("libbpf", key, make)


def _helper_defs(script: Path, api: Path) -> str:
    done = tools.run([sys.executable, str(script), "--header", "--file", str(api)])
    if done.status or not done.stdout:
        raise lacking("E20", f"{script} does not work: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
