# SPDX-License-Identifier: GPL-2.0-only
"""The machines that a kernel may be for: what their compilers, their emulators and Debian call them."""

from __future__ import annotations

import os

from kiter.value_class import value_class


@value_class
class Arch:
    """One kind of machine."""

    name: str  # as Linux and `kiter run --arch` name it
    uname: str  # as `uname -m` does
    debian: str  # as Debian does
    flavour: str  # of its kernels that boot quickest in a virtual machine
    triplet: str  # how the names of its compilers begin
    qemu: str  # the program that emulates it
    package: str  # what has that
    board: tuple[str, ...]  # the options of the machine that is emulated
    cpu: str  # the CPU that is
    console: str  # the device of its first serial line
    bpf: tuple[str, ...]  # options of clang for BPF programs
    direct: bool  # whether the image of its kernels is booted as it is


X86 = Arch(
    name="x86",
    uname="x86_64",
    debian="amd64",
    flavour="cloud-amd64",
    triplet="x86_64-linux-gnu",
    qemu="qemu-system-x86_64",
    package="qemu-system-x86",
    board=("-M", "q35"),
    cpu="max",
    console="ttyS0",
    bpf=("-mlittle-endian", "-D__TARGET_ARCH_x86"),
    direct=False,
)
ARM64 = Arch(
    name="arm64",
    uname="aarch64",
    debian="arm64",
    flavour="cloud-arm64",
    triplet="aarch64-linux-gnu",
    qemu="qemu-system-aarch64",
    package="qemu-system-arm",
    board=("-M", "virt"),
    # signing pointers as the architecture says takes half of the time where it is emulated
    cpu="max,pauth-impdef=on",
    console="ttyAMA0",
    bpf=("-mlittle-endian", "-D__TARGET_ARCH_arm64"),
    direct=True,
)
ARCHES = {arch.name: arch for arch in (X86, ARM64)}


def own() -> Arch:
    """That of this machine, or the first where it is none of them."""
    return next((arch for arch in ARCHES.values() if arch.uname == os.uname().machine), X86)


def arch_of(release: str) -> Arch:
    """That of a kernel, by the flavour at the end of a release of Debian's; else that of this machine."""
    return next((arch for arch in ARCHES.values() if release.endswith(f"-{arch.debian}")), own())
