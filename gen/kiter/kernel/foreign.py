# SPDX-License-Identifier: GPL-2.0-only
"""What it takes to build for another machine and to emulate it, beside the headers of its kernel.

All of it is of the suite that the kernel is of: a cross compiler as the headers want it, the emulator, and
the libraries that the guest's programs are linked with.
"""

from __future__ import annotations

from pathlib import Path

from kiter.errors import environment
from kiter.kernel.apt import Apt
from kiter.kernel.arch import Arch
from kiter.regex import regex

# static libraries of the guest's programs, and what those are made of
LIBRARIES = ("libbpf-dev", "libelf-dev", "zlib1g-dev", "libzstd-dev")
COMPILER = regex(r"gcc-(\d+)(?:-for-host)?$")


def programs(known: Apt, headers: str, arch: Arch) -> list[str]:
    """The packages of this machine, to be had with all that they depend on.

    Raises KiterError R33 if the headers name no compiler.
    """
    needed = known.depends(headers)
    compilers = [found[1] for name in needed if (found := COMPILER.match(name))]
    if not compilers:
        raise environment("R33", f"{headers} names no compiler", ", ".join(needed))
    kbuild = [name for name in needed if name.startswith("linux-kbuild-")]
    cross = (f"gcc-{compilers[0]}-{arch.triplet}", f"libc6-dev-{arch.debian}-cross")
    return [*kbuild, *cross, arch.package, "pahole", "make", "bc"]


def files(known: Apt, headers: str, arch: Arch) -> list[str]:
    """The packages whose files alone are wanted, and nothing that they depend on."""
    common = [name for name in known.depends(headers) if name.endswith("-common")]
    return [*common, *(f"{name}:{arch.debian}" for name in LIBRARIES)]


def settle(root: Path, arch: Arch) -> None:
    """Gives the cross compiler of an unpacked root the name that has no version in it."""
    numbered = sorted((root / "usr/bin").glob(f"{arch.triplet}-gcc-[0-9]*[0-9]"))
    plain = root / f"usr/bin/{arch.triplet}-gcc"
    if numbered and not plain.exists():
        plain.symlink_to(numbered[-1].name)
