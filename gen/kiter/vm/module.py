# SPDX-License-Identifier: GPL-2.0-only
"""Modules with BTF out of C texts, built by the kernel's own makefiles."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kiter import tools
from kiter.kernel import toolchain
from kiter.vm.command import Command, command, run
from kiter.vm.store import Store, digest


@dataclass(frozen=True, slots=True)
class Module:
    """The source of one module; its name must be free in /sys/module of the guest.

    `flags` are those of the compiler that it needs beside the usual ones.
    """

    name: str
    text: str
    flags: tuple[str, ...] = ()


def module_key(headers: Path, module: Module) -> str:
    """The name of the built module in the cache: changes with anything that could change it."""
    config = headers / ".config"
    stamp = digest([config.read_bytes()]) if config.is_file() else ""
    compiler = tools.require("gcc").identity
    return digest([str(headers.resolve()), stamp, compiler, module.name, module.text, *module.flags])


def make_command(headers: Path, work: Path) -> Command:
    """How the modules in a folder are built."""
    jobs = os.cpu_count() or 1
    words = ("make", "-s", f"-j{jobs}", "-C", headers, f"M={work}", "modules")
    return command(*words, env=toolchain.environment(headers))


def makefile(modules: Sequence[Module]) -> str:
    """What kbuild is told of a folder with these modules."""
    flags = (f"CFLAGS_{m.name}.o := {' '.join(m.flags)}\n" for m in modules if m.flags)
    return "".join([*(f"obj-m += {m.name}.o\n" for m in modules), *flags])


def _prepare(work: Path, modules: Sequence[Module]) -> None:
    for module in modules:
        (work / f"{module.name}.c").write_text(module.text)
    (work / "Makefile").write_text(makefile(modules))


def build_modules(headers: Path, modules: Sequence[Module], store: Store) -> dict[str, Path]:
    """The paths of the .ko files by module name; those not in the cache are built by one make.

    Raises with the compiler's errors if one does not build.
    """
    keys = {m.name: module_key(headers, m) for m in modules}
    missing = [m for m in modules if not store.has("ko", keys[m.name])]
    if missing:
        _build(headers, missing, keys, store)
    return {name: store.path("ko", key) / f"{name}.ko" for name, key in keys.items()}


def _build(headers: Path, modules: Sequence[Module], keys: dict[str, str], store: Store) -> None:
    folder = store.root / "ko"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".make-", dir=folder) as name:
        work = Path(name)
        _prepare(work, modules)
        run(make_command(headers, work), "building the module", "R10")
        for module in modules:
            store.get("ko", keys[module.name], partial(_keep, work, module))


def _keep(work: Path, module: Module, place: Path) -> None:
    shutil.move(work / f"{module.name}.ko", place)
    (place / f"{module.name}.c").write_text(module.text)
