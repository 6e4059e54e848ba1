# SPDX-License-Identifier: GPL-2.0-only
"""The codes of running: R02 and on for what the machine lacks, R41 for a module that was refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiter.codes import Code

_ALL = (
    Code(
        "R02",
        "a program failed",
        "Its own words are the reason.",
        "run it by hand: --dry-run prints the commands",
    ),
    Code(
        "R03",
        "the kernel image is not understood",
        "No ELF kernel was found inside of it.",
        "fetch another kernel",
    ),
    Code(
        "R10",
        "the module does not build",
        "The kernel's own makefiles build it against the headers of the kernel that is booted.",
        "'kiter build' shows the compiler's words at the line of the spec",
    ),
    Code("R12", "a BPF program does not build", "clang compiles it against the kernel's own types."),
    Code("R13", "the harness does not build", "It is linked statically against libbpf, libelf and zlib."),
    Code("R14", "a test does not build", "It is compiled against the skeletons of its programs."),
    Code(
        "R15",
        "the headers lack the BPF interface",
        "include/uapi/linux/bpf.h is part of every kernel's headers.",
    ),
    Code(
        "R16",
        "there is no kernel source",
        "The kernel's own test_progs is built from the source package of the kernel, or from a tree.",
        "install linux-source",
    ),
    Code(
        "R17",
        "test_progs does not build",
        "It is built by the Makefile of the kernel's own selftests.",
        "if a header is missing, install libelf-dev, zlib1g-dev or (from Linux 6.18 on) libssl-dev",
    ),
    Code("R20", "QEMU does not start", "Its own words are the reason."),
    Code(
        "R21",
        "the guest did not come up",
        "Its first process reports before any module is loaded, so nothing that is tested can be the cause.",
        "'kiter run --shell' shows the console; a very busy host may need another try",
    ),
    Code(
        "R30",
        "there is no such kernel",
        "A kernel needs an image and headers with BTF.",
        "kiter kernels list",
    ),
    Code("R31", "the kernel was not fetched", "Only fetched kernels are removed.", "kiter kernels list"),
    Code(
        "R32",
        "kernels cannot be fetched here",
        "They are fetched by apt.",
        "install a kernel and its headers",
    ),
    Code(
        "R33", "fetching failed", "The message of apt is the reason.", "check the network and apt's sources"
    ),
    Code("R40", "the BTF cannot be read", "The kernel's headers should hold a vmlinux with a .BTF section."),
    Code(
        "R41",
        "the kernel refused the module",
        "Registration says only -EINVAL; the rule that was broken is found by reading the module's BTF.",
    ),
    Code(
        "R42",
        "the kernel has none of these iterators",
        "The contract of an iterator is tried through a spec of the same name.",
        "name the spec of an iterator that the kernel has, such as specs/css.yaml",
    ),
    Code(
        "R43",
        "no test has such a name",
        "A run without a single check would look like one that passed.",
        "'kiter run -v' shows the names of the tests",
    ),
    Code(
        "R44",
        "code that cannot be a module",
        "It uses functions that are private to the file it joins, or its code is by hand: it needs a kernel.",
        "run 'kiter conform' on a kernel that has it; 'kiter apply' puts generated code into a tree",
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({code.code: code for code in _ALL})
