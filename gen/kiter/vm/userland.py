# SPDX-License-Identifier: GPL-2.0-only
"""What a guest's own programs are made with: this machine's gcc, or the cross compiler of a kernel."""

from __future__ import annotations

from pathlib import Path

from kiter import tools
from kiter.kernel import toolchain
from kiter.kernel.arch import Arch, own
from kiter.kernel.kernels import Kernel
from kiter.tools import Tool
from kiter.value_class import value_class


@value_class
class Userland:
    """A compiler for programs of a guest, and where the headers and libraries of its machine are."""

    arch: Arch
    compiler: Tool
    includes: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """What stands for it in keys."""
        return self.compiler.identity


def of(kernel: Kernel) -> Userland:
    """That of a kernel; raises KiterError E19 if its compiler is missing."""
    arch = kernel.arch
    if arch == own():
        return native()
    root = toolchain.root(kernel.headers)
    compiler = tools.require(f"{arch.triplet}-gcc", toolchain.search(kernel.headers))
    if root is None:
        return Userland(arch, compiler)
    folders = (root / "usr/include" / arch.triplet, root / "usr/include")
    includes = tuple(word for folder in folders for word in ("-idirafter", str(folder)))
    return Userland(arch, compiler, includes, (f"-L{Path(root, 'usr/lib', arch.triplet)}",))


def native() -> Userland:
    """That of this machine."""
    return Userland(own(), tools.require("gcc"))
