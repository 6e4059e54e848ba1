# SPDX-License-Identifier: GPL-2.0-only
"""Modules with BTF out of C texts, built by the kernel's own makefiles."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel import kbuild, toolchain
from kiter.kernel.headers import find
from kiter.regex import regex
from kiter.value_class import value_class
from kiter.vm import replay
from kiter.vm.command import Command, command, run

_PREREQUISITE = regex(r"^  ([^\s$]+) \\$", re.MULTILINE)  # in the deps_* of a .cmd file


# A module gets the kernel's own types as its base, for it is loaded into that kernel alone. With a base of
# its own (resolve_btfids --distill_base, scripts/Makefile.btf, 7.3) its ids would be moved when it is loaded,
# but those of the set that a filter looks into are not: btf_populate_kfunc_set(), kernel/bpf/btf.c.
WHOLE_BASE = "RESOLVE_BTFIDS_FLAGS="


@value_class
class Module:
    """The source of one module; its name must be free in /sys/module of the guest.

    `flags` are those of the compiler that it needs beside the usual ones.
    """

    name: str
    text: str
    flags: tuple[str, ...] = ()


def module_key(headers: Path, module: Module, cache: Cache) -> str:
    """The name of the built module in the cache, which stands for all but the files of the headers."""
    asked = kbuild.ask(find(str(headers)), cache)
    return key_of("ko", code_of(__name__), asked.identity, module.name, module.text, *module.flags)


def make_command(headers: Path, work: Path) -> Command:
    """How the modules in a folder are built."""
    jobs = os.cpu_count() or 1
    words = ("make", "-s", f"-j{jobs}", "-C", headers, f"M={work}", WHOLE_BASE, "modules")
    return command(*words, env=toolchain.environment(headers))


def makefile(modules: Sequence[Module]) -> str:
    """What kbuild is told of a folder with these modules."""
    flags = (f"CFLAGS_{m.name}.o := {' '.join(m.flags)}\n" for m in modules if m.flags)
    return "".join([*(f"obj-m += {m.name}.o\n" for m in modules), *flags])


def _prepare(work: Path, modules: Sequence[Module]) -> None:
    for module in modules:
        (work / f"{module.name}.c").write_text(module.text)
    (work / "Makefile").write_text(makefile(modules))


def build_modules(headers: Path, modules: Sequence[Module], cache: Cache) -> dict[str, Path]:
    """The paths of the .ko files by module name; those not in the cache are built by one make.

    Raises with the compiler's errors if one does not build.
    """
    keys = {m.name: module_key(headers, m, cache) for m in modules}
    built = {m.name: known.made for m in modules if (known := cache.load("ko", keys[m.name]))}
    missing = [m for m in modules if not built.get(m.name)]
    if missing:
        built |= _build(headers, missing, keys, cache)
    return {name: folder / f"{name}.ko" for name, folder in built.items() if folder}


def _build(headers: Path, modules: Sequence[Module], keys: dict[str, str], cache: Cache) -> dict[str, Path]:
    found = {}
    with cache.scratch() as work:
        _prepare(work, modules)
        since = time.time_ns()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            done = pool.map(lambda module: _again(headers, work, module, cache), modules)
        fresh = [module for module, one in zip(modules, done, strict=True) if not one]
        if fresh:
            _make(headers, work, fresh)
        for module in modules:
            reads = tuple(_reads(headers, work, f"{module.name}.o"))
            if module in fresh:
                _keep_parts(headers, work, module, since, cache)
            made = _made(work, module)
            kept = cache.store("ko", keys[module.name], None, reads=reads, made=made, since=since)
            found[module.name] = kept or made
    return found


def _make(headers: Path, work: Path, modules: Sequence[Module]) -> None:
    """Has kbuild make these, and the commands written down."""
    _prepare(work, modules)
    shell, told = replay.recording(work)
    cmd = make_command(headers, work)
    env = tuple(sorted({**dict(cmd.env), **told}.items()))
    run(replace(cmd, argv=(*cmd.argv, shell), env=env), "building the module", "R10")


def _parts_key(headers: Path, module: Module, cache: Cache) -> str:
    asked = kbuild.ask(find(str(headers)), cache)
    return key_of("parts", code_of(__name__), asked.identity, module.name, *module.flags)


def _again(headers: Path, work: Path, module: Module, cache: Cache) -> bool:
    """Whether it could be made with what is kept of a module of that name."""
    known = cache.load("parts", _parts_key(headers, module, cache))
    if known and known.made and replay.again(known.made, work, module.name):
        return True
    for half in (f"{module.name}.o", f".{module.name}.o.cmd"):
        (work / half).unlink(missing_ok=True)
    return False


def _keep_parts(headers: Path, work: Path, module: Module, since: int, cache: Cache) -> None:
    parts = work / f"{module.name}.parts"
    parts.mkdir()
    replay.kept(work, module.name, parts)
    reads = tuple(_reads(headers, work, f"{module.name}.mod.o"))
    cache.store("parts", _parts_key(headers, module, cache), None, reads=reads, made=parts, since=since)


def _made(work: Path, module: Module) -> Path:
    """A folder with the module and its source."""
    made = work / f"{module.name}.made"
    made.mkdir()
    for name in (f"{module.name}.ko", f"{module.name}.c"):
        (work / name).replace(made / name)
    return made


def _reads(headers: Path, work: Path, made: str) -> Iterator[str]:
    """What kbuild says that it has read for an object, and what it makes a module of that with."""
    said = (work / f".{made}.cmd").read_text(encoding="utf-8", errors="replace")
    for path in _PREREQUISITE.findall(said):
        places = (Path(base, path) for base in (headers, work))
        yield str(next((place for place in places if place.exists()), headers / path))
    yield from (str(headers / name) for name in ("Module.symvers", "vmlinux", "scripts/module.lds"))
    yield from kbuild.reads(headers)
