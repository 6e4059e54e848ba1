# SPDX-License-Identifier: GPL-2.0-only
"""The codes of the compile check: B01 and on for findings, E10 and on for what the machine lacks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiter import codes
from kiter.codes import Code
from kiter.errors import KiterError

_ALL = (
    Code(
        "B01",
        "kernel-code-does-not-compile",
        "the kernel C does not compile cleanly",
        "kernel code is taken only without warnings, under the flags of kbuild and W=1",
        "fix the snippet that the line comes from; what is not declared needs its header in 'includes:'",
    ),
    Code(
        "B02",
        "bpf-program-does-not-compile",
        "a BPF program does not compile cleanly",
        "the selftests are built with -Wall -Werror, against the types of the kernel's own BTF",
        "look at the set-up and the cases below 'tests:' in the spec",
    ),
    Code(
        "B03",
        "prog-test-does-not-compile",
        "a prog_tests file does not compile cleanly",
        "test_progs is built with -Wall -Werror, against the skeletons of its programs",
        "look into user.c of the fixture: the test takes from it what it calls",
    ),
    Code(
        "B04",
        "checkpatch-complaint",
        "checkpatch.pl --strict complains",
        "maintainers run it on every patch, and the series must pass it",
        "fix the snippet or the text in the spec that the line comes from",
    ),
    Code(
        "B05",
        "kernel-doc-complaint",
        "kernel-doc complains",
        "the documentation build of the kernel reads these comments, and warns in the same words",
        "give each argument and flag a 'doc:' in the spec",
    ),
    Code(
        "B06",
        "sparse-complaint",
        "sparse complains",
        "sparse checks address spaces, contexts and types that the compiler does not know of",
        "fix the snippet that the line comes from; what is not declared needs its header in 'includes:'",
    ),
    Code(
        "B07",
        "broken-without-guard",
        "the kernel C does not compile with its guard disabled",
        "a kernel without the option is built by somebody, and must not break there",
        "check 'guard:', and that each include and helper exists without the option",
    ),
    Code(
        "B08",
        "no-skeleton",
        "no skeleton can be generated from a BPF program",
        "prog_tests load the programs through the skeleton that bpftool generates from the object",
        "look at the set-up and the cases below 'tests:' in the spec",
    ),
    Code(
        "B09",
        "no-place-for-code",
        "no place for the code in the kernel",
        "code joins a file that is there, or has a file of its own with a line in the Makefile beside it",
        "correct 'file', or remove it for a file of its own: 'folder' says where",
    ),
    Code(
        "E10",
        "no-kernel-headers",
        "no kernel headers",
        "the generated code is compiled against the headers of a real kernel, 6.4 or later",
        "apt-get install linux-headers-cloud-amd64, of a suite with 6.4 or later, or give --headers DIR",
    ),
    Code(
        "E11",
        "headers-too-old",
        "the kernel headers are too old",
        "open-coded iterators exist since Linux 6.4",
        "install the headers of a later kernel (apt-cache search linux-headers), or give --headers DIR",
    ),
    Code(
        "E12",
        "unusable-headers",
        "the kernel headers named by --headers or --kernel cannot be used",
        "a build directory holds include/generated/autoconf.h and the release of the kernel",
        "name a configured build directory ('make modules_prepare' makes one), or an installed release",
    ),
    Code(
        "E13",
        "kbuild-does-not-work",
        "kbuild does not work for these headers",
        "the compiler and its flags are asked from kbuild, by building one empty object",
        "install what kbuild misses (apt-get install make gcc), or give other headers",
    ),
    Code(
        "E14",
        "no-kernel-compiler",
        "the compiler of the kernel is missing",
        "kbuild names the compiler that these headers were configured for",
        "install that compiler",
    ),
    Code(
        "E16",
        "bpftool-does-not-work",
        "bpftool does not work",
        "bpftool makes vmlinux.h from the kernel's BTF, and skeletons from BPF objects",
        "install a bpftool as new as the kernel",
    ),
    Code(
        "E17",
        "no-libbpf-headers",
        "the headers of libbpf are missing",
        "BPF programs include <bpf/bpf_helpers.h>, and prog_tests include <bpf/libbpf.h>",
        "apt-get install libbpf-dev",
    ),
    Code(
        "E18",
        "no-btf",
        "the kernel headers have no BTF",
        "BPF programs are compiled against a vmlinux.h that is made from it, and iterators compared with it",
        "install headers that hold a vmlinux file (Debian's do), or build with CONFIG_DEBUG_INFO_BTF=y",
    ),
    Code(
        "E20",
        "unusable-source-tree",
        "the kernel source tree cannot be used",
        "checkpatch, kernel-doc and the headers of the selftests come from a kernel source tree",
        "give --tree the root of a Linux source tree",
    ),
    Code(
        "E21",
        "cache-io-error",
        "the check cannot read or write its files",
        "compilers work in a folder of the cache, below $XDG_CACHE_HOME or ~/.cache, else of $TMPDIR",
        "make room there, or set XDG_CACHE_HOME to a folder that can be written",
    ),
    Code(
        "E22",
        "unknown-kernel-name",
        "no kernel has this name",
        "a kernel is named by its release, all of it or how it begins (6.12), by a folder or by a file in it",
        "name a release that 'kiter kernels' lists, or a path: headers, a build directory, a vmlinux",
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({entry.code: entry for entry in _ALL})


def lacking(code: str, message: str, hint: str = "", file: str = "") -> KiterError:
    """An environment error worded from the table; `hint` replaces the table's."""
    return codes.lacking(CODES[code], message, hint, file)
