# SPDX-License-Identifier: GPL-2.0-only
"""Asking kbuild how these headers want kernel code compiled, and compiling that way without it.

One empty object is built by make, in a folder of our own; what kbuild ran for it is then run for each unit.
"""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel import toolchain
from kiter.kernel.codes import lacking
from kiter.kernel.headers import Headers
from kiter.regex import regex
from kiter.tools import Tool
from kiter.value_class import value_class

# obj-y: the code is to be built in, so it gets the flags of built-in code, not a module's.
_MAKEFILE = "obj-y := probe.o\n"
# C=2 asks for this too, but only where a script is found that Debian's packages of 7.3 lack.
_CHECKED = "KBUILD_CHECKSRC=2"
_PROBE = "extern int kiter_probe;\nint kiter_probe;\n"
_RECORDER = '#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done > "${0%/*}/sparse.args"\n'
_MISSING = regex(r"([\w.+-]*(?:gcc|clang|cc)[\w.+-]*): (?:command )?not found|"
                      r"make[^:]*: ([\w.+-]*(?:gcc|clang|cc)[\w.+-]*): No such file")  # fmt: skip
_KBUILD = ("Makefile", "scripts/Makefile*", "scripts/*.include", "scripts/*.sh", "arch/*/Makefile*")
_INCLUDE = regex(r"^include\s+(/\S+)/Makefile$", re.MULTILINE)
_ARCH = regex(r"^# Linux/(\w+) ", re.MULTILINE)


@value_class
class Kbuild:
    """How kernel code is compiled, without what is of a single file: object_flags() gives that."""

    compiler: Tool  # the one that the kernel was built with
    flags: tuple[str, ...]  # of the compiler
    sparse: tuple[str, ...]  # flags of sparse
    cwd: Path  # the directory in which both are called
    arch: str  # as Kbuild names it
    identity: str  # stands for all of it in keys, but not for what the headers hold


def ask(headers: Headers, cache: Cache) -> Kbuild:
    """What kbuild uses for these headers, from the cache if nothing changed.

    Raises KiterError E13 (kbuild does not work), E14 (its compiler is missing) or E19 (no make).
    """
    make = tools.require("make").identity
    key = key_of("kbuild", code_of(__name__), str(headers.path), headers.release, make)
    known = _remembered(headers, cache, key)
    if known is None:
        since = time.time_ns()
        compiler, flags, sparse = _probe(headers, cache)
        answer = [compiler.name, compiler.identity, flags, sparse]
        cache.store("kbuild", key, answer, reads=reads(headers.path), since=since)
        known = _kbuild(headers, compiler, flags, sparse)
    return known


def _remembered(headers: Headers, cache: Cache, key: str) -> Kbuild | None:
    known = cache.load("kbuild", key)
    match known.value if known else None:
        case [str(name), str(identity), list(flags), list(sparse)]:
            compiler = tools.find(name, toolchain.search(headers.path))
            if compiler is None or compiler.identity != identity:
                return None
            return _kbuild(headers, compiler, flags, sparse)
    return None


def _kbuild(headers: Headers, compiler: Tool, flags: Sequence[str], sparse: Sequence[str]) -> Kbuild:
    identity = key_of(str(headers.path), compiler.identity, *flags, "", *sparse)
    return Kbuild(compiler, tuple(flags), tuple(sparse), headers.path, arch_of(headers), identity)


def object_flags(path: str) -> tuple[str, ...]:
    """What kbuild defines for one object, from the path of its source in the tree."""
    stem = Path(path).with_suffix("")
    name = re.sub(r"\W", "_", stem.name)
    return (
        f'-DKBUILD_MODFILE="{stem}"',
        f'-DKBUILD_BASENAME="{name}"',
        f'-DKBUILD_MODNAME="{name}"',
        f"-D__KBUILD_MODNAME=kmod_{name}",
    )


def arch_of(headers: Headers) -> str:
    """The architecture these headers were configured for, as the kernel names it (x86, arm64, ...)."""
    try:
        text = (headers.path / ".config").read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    found = _ARCH.search(text[:4096])
    return found.group(1) if found else "x86"


def reads(base: Path) -> Iterator[str]:
    """What makes up kbuild: the configuration, and the makefiles and scripts that turn it into flags."""
    configured = (".config", "include/config/auto.conf", "include/generated/autoconf.h", "scripts")
    yield from (str(base / name) for name in configured)
    for top in (base, *shared(base)):
        for pattern in _KBUILD:
            yield from (str(path) for path in sorted(top.glob(pattern)))


def shared(base: Path) -> list[Path]:
    """Debian's packages share what is common to all flavours: the Makefile names where that is."""
    found = _INCLUDE.search("\n".join(_lines(base / "Makefile")))
    return [Path(found[1])] if found else []


def _probe(headers: Headers, cache: Cache) -> tuple[Tool, list[str], list[str]]:
    """Build the empty object; the words of the compiler's and of sparse's command line."""
    with cache.scratch() as scratch:
        (scratch / "Makefile").write_text(_MAKEFILE)
        (scratch / "probe.c").write_text(_PROBE)
        recorder = scratch / "record"
        recorder.write_text(_RECORDER)
        recorder.chmod(0o755)
        asked = [f"M={scratch}", "W=1", _CHECKED, f"CHECK={recorder}", "probe.o"]
        env = toolchain.environment(headers.path)
        done = tools.run(["make", "-s", "-C", str(headers.path), *asked], env=env)
        words = _command(scratch / ".probe.o.cmd")
        if done.status or len(words) < 2:
            raise _failed(headers, done)
        compiler = tools.require(words[0], env.get("PATH"))
        return compiler, _general(words[1:], scratch), _general(_lines(scratch / "sparse.args"), scratch)


def _failed(headers: Headers, done: tools.Outcome) -> Exception:
    found = _MISSING.search(done.stderr)
    if found:
        name = found.group(1) or found.group(2)
        package = re.sub(r"^.*-(?=(?:gcc|clang)\b)", "", name)
        missing = f"the compiler of these headers, '{name}', is not installed"
        return lacking("E14", missing, f"apt-get install {package}")
    said = next((line for line in done.stderr.splitlines() if line.strip()), f"make ended with {done.status}")
    return lacking("E13", f"kbuild fails for {headers.path}: {said.strip()}")


def _command(path: Path) -> list[str]:
    """The compiler's words in a .cmd file, whose commands are written as make wants them quoted."""
    for line in _lines(path):
        name, found, command = line.partition(" := ")
        if found and name.startswith(("cmd_", "savedcmd_")):
            words = shlex.split(command.replace("$(pound)", "#").replace("$$", "$"))
            ends = [index for index, word in enumerate(words) if word in (";", "&&")]
            return words[: ends[0]] if ends else words
    return []


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _general(words: Iterable[str], scratch: Path) -> list[str]:
    """The words without what belongs to the probe's own files."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "-o":
            skip = True
        elif not (word == "-c" or word.startswith("-Wp,-M") or _of_one_file(word, scratch)):
            kept.append(word)
    return kept


def _of_one_file(word: str, scratch: Path) -> bool:
    return any(mark in word for mark in ("KBUILD_MOD", "KBUILD_BASENAME", "probe.c", str(scratch)))
