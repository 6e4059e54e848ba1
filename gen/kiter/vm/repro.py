# SPDX-License-Identifier: GPL-2.0-only
"""A work folder with all of a session in it, and the commands that make each part of it again."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from kiter import tools
from kiter.kernel.arch import Arch
from kiter.vm import module, programs, runner, userland
from kiter.vm.command import Command, command
from kiter.vm.job import VmJob
from kiter.vm.programs import Interface, Program

SCRIPT = "commands.sh"


def lay_modules(folder: Path, job: VmJob) -> None:
    """Writes the modules as their command wants them."""
    texts = {f"{m.name}.c": m.text for m in job.modules}
    _write(folder, texts | {"Makefile": module.makefile(job.modules)})


def lay_tests(folder: Path, job: VmJob, interface: Interface) -> None:
    """Writes the rest as the commands of our harness want it: progs/, prog_tests/, include/, uapi/."""
    texts = {f"progs/{p.name}.c": p.text for p in job.programs}
    texts |= {f"prog_tests/{t.name}.c": t.text for t in job.tests}
    texts["prog_tests/table.c"] = runner.table(job.tests)
    texts |= {f"include/{name}": text for name, text in programs.header_texts(interface).items()}
    _write(folder, texts)
    shutil.copytree(interface.uapi, folder / "uapi", dirs_exist_ok=True)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def module_commands(folder: Path, job: VmJob) -> list[Command]:
    """The command line that builds the modules in that folder."""
    return [module.make_command(job.kernel.headers, folder)] if job.modules else []


def test_commands(folder: Path, job: VmJob) -> list[Command]:
    """The command lines of programs, tests and our harness in that folder, in an order that works."""
    found: list[Command] = []
    cc = userland.of(job.kernel)
    for program in job.programs:
        found += _program(folder, program, cc.arch)
    sources = [*sorted(programs.HARNESS.glob("*.c")), folder / "prog_tests/table.c"]
    sources += [folder / f"prog_tests/{t.name}.c" for t in job.tests]
    includes = [folder / "progs", folder / "uapi", folder / "include"]
    objects = [folder / f"{source.parent.name}-{source.stem}.o" for source in sources]
    for source, out in zip(sources, objects, strict=True):
        found.append(runner.compile_command(source, out, includes, cc))
    return [*found, runner.link_command(objects, folder / "runner", cc)]


def _program(folder: Path, program: Program, arch: Arch) -> list[Command]:
    progs, bpftool = folder / "progs", tools.require("bpftool").path
    raw, linked = progs / f"{program.name}.o", progs / f"{program.name}.bpf.o"
    make = shlex.join([bpftool, "gen", "skeleton", str(linked), "name", program.name])
    return [
        programs.compile_command(folder / "include", progs / f"{program.name}.c", raw, arch),
        command(bpftool, "gen", "object", linked, raw),
        command("sh", "-c", f"{make} > {shlex.quote(str(progs / program.name))}.skel.h"),
    ]


def script(building: Iterable[Command], booting: Command) -> str:
    """The commands as a shell script."""
    lines = ["#!/bin/sh -ex", "# SPDX-License-Identifier: GPL-2.0-only"]
    lines += [f"({c})" if c.cwd else str(c) for c in building]
    lines += ["# initrd.cpio holds the first process, job.cpio all that it gets: kiter packs them by itself"]
    return "\n".join([*lines, str(booting), ""])
