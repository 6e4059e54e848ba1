# SPDX-License-Identifier: GPL-2.0-only
"""BPF programs of the selftests: compiled, linked, and made into skeletons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cache
from pathlib import Path

from kiter import tools
from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.kernel.arch import Arch
from kiter.lower.prototype.runner import Uapi, Vmlinux
from kiter.render import render
from kiter.value_class import value_class
from kiter.vm.command import Command, command, compile_file, run

HARNESS = Path(__file__).parent / "harness"
INCLUDE = HARNESS / "include"

CFLAGS = (
    *("-g", "-O2", "-Wall", "-Werror", "--target=bpf", "-mcpu=v3", "-std=gnu11"),
    *("-fno-strict-aliasing", "-Wno-compare-distinct-pointer-types"),
    *("-Wno-initializer-overrides", "-Wno-microsoft-anon-tag", "-fms-extensions"),
)


@value_class
class Program:
    """A source of progs/: `name` is the file's without .c, and the skeleton's."""

    name: str
    text: str


@value_class
class Interface:
    """What programs are compiled against beside libbpf.

    `vmlinux_h` is the kernel's own, `uapi` has its linux/bpf.h. `types` is what vmlinux.h would
    have beside it if the kernel had the iterators, `declarations` what bpf_experimental.h would;
    `headers` are further ones by their names.
    """

    vmlinux_h: Path
    uapi: Path
    types: str = ""
    declarations: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def header_texts(interface: Interface) -> dict[str, str]:
    """The vmlinux.h and the declarations that this interface means, by file name."""
    return {
        "vmlinux.h": render("prototype/vmlinux.h.j2", Vmlinux(interface.vmlinux_h, interface.types)),
        "kiter_declarations.h": interface.declarations,
        "linux/bpf.h": render("prototype/uapi.h.j2", Uapi(interface.uapi / "linux/bpf.h")),
        **interface.headers,
    }


def header_folder(interface: Interface, cache: Cache) -> Path:
    """A folder with the header texts of an interface."""
    return folder_of(header_texts(interface), cache)


def folder_of(texts: Mapping[str, str], cache: Cache) -> Path:
    """A folder with these files, by their paths in it."""

    def make(work: Path) -> tuple[str, ...]:
        for name, text in texts.items():
            (work / name).parent.mkdir(exist_ok=True)
            (work / name).write_text(text)
        return ()

    return cache.made(
        "bpf_include", key_of("folder", *(part for pair in texts.items() for part in pair)), make
    )


@cache
def system_folders() -> tuple[str, ...]:
    """Where <asm/types.h> is, which <linux/bpf.h> includes; clang does not look there for BPF."""
    where = run(command(tools.require("gcc"), "-print-multiarch"), "asking gcc for its folders").strip()
    return ("-idirafter", f"/usr/include/{where}") if where else ()


def compile_command(headers: Path, source: Path, out: Path, arch: Arch) -> Command:
    """How one program becomes an object for a kernel of that machine."""
    flags = [*CFLAGS, *arch.bpf, f"-I{headers}", f"-I{INCLUDE}", *system_folders()]
    return command(tools.require_clang(), *flags, "-c", source.name, "-o", out, cwd=source.parent)


def _skeleton(program: Program, headers: Path, arch: Arch, work: Path) -> tuple[str, ...]:
    source, raw, linked = (work / f"{program.name}{end}" for end in (".c", ".raw.o", ".bpf.o"))
    source.write_text(program.text)
    what, listing = f"compiling progs/{program.name}.c", work / "listing.d"
    reads = compile_file(compile_command(headers, source, raw, arch), listing, what, "R12")
    bpftool = tools.require("bpftool")
    # the link leaves the DWARF behind, which would make the guest's image ten times as large
    run(command(bpftool, "gen", "object", linked, raw), "linking the BPF object", "R12")
    raw.unlink()
    listing.unlink()
    text = run(
        command(bpftool, "gen", "skeleton", linked, "name", program.name), "making the skeleton", "R12"
    )
    (work / f"{program.name}.skel.h").write_text(text)
    return reads


def build_program(program: Program, headers: Path, cache: Cache, arch: Arch) -> Path:
    """The folder with <name>.bpf.o and <name>.skel.h; raises with clang's errors."""
    key = key_of("bpf", code_of(__name__), str(headers), *arch.bpf, *_versions(), program.name, program.text)
    return cache.made("bpf", key, lambda work: _skeleton(program, headers, arch, work))


def _versions() -> Sequence[str]:
    return tools.require_clang().identity, tools.require("bpftool").identity
