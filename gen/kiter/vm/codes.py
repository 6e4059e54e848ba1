# SPDX-License-Identifier: GPL-2.0-only
"""The codes of running: R02 and on for the machine, R41 and from R51 on for a module that was refused."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiter.codes import Code

_ALL = (
    Code(
        "R02",
        "program-failed",
        "a program failed",
        "Its own words are the reason.",
        "run it manually: --dry-run prints the commands",
    ),
    Code(
        "R03",
        "unknown-image-format",
        "the format of the kernel image is not known",
        "No ELF kernel was found inside of it.",
        "fetch another kernel",
    ),
    Code(
        "R10",
        "module-does-not-build",
        "the module does not build",
        "The kernel's own makefiles build it against the headers of the kernel that is booted.",
        "'kiter build' shows the compiler's words at the line of the spec",
    ),
    Code(
        "R12",
        "bpf-program-does-not-build",
        "a BPF program does not build",
        "clang compiles it against the kernel's own types.",
    ),
    Code(
        "R13",
        "harness-does-not-build",
        "the harness does not build",
        "It is linked statically against libbpf, libelf and zlib.",
    ),
    Code(
        "R14",
        "test-does-not-build",
        "a test does not build",
        "It is compiled against the skeletons of its programs.",
    ),
    Code(
        "R15",
        "no-uapi-headers",
        "the headers lack the BPF interface",
        "include/uapi/linux/bpf.h is part of every kernel's headers.",
    ),
    Code(
        "R16",
        "no-kernel-source",
        "there is no kernel source",
        "The kernel's own test_progs is built from the source package of the kernel, or from a tree.",
        "install linux-source",
    ),
    Code(
        "R17",
        "test-progs-does-not-build",
        "test_progs does not build",
        "It is built by the Makefile of the kernel's own selftests.",
        "if a header is missing, install libelf-dev, zlib1g-dev or (from Linux 6.18 on) libssl-dev",
    ),
    Code("R20", "qemu-does-not-start", "QEMU does not start", "Its own words are the reason."),
    Code(
        "R21",
        "guest-does-not-boot",
        "the guest did not boot",
        "Its first process reports before any module is loaded, so nothing that is tested can be the cause.",
        "'kiter run --shell' shows the console; a very busy host may need another try",
    ),
    Code(
        "R22",
        "no-snapshot",
        "the state of a guest cannot be saved",
        "Each run then boots one of its own. QEMU writes its memory and devices into the cache.",
        "a full disk, or a QEMU that is older than 4.0, may be why",
    ),
    Code(
        "R30",
        "unknown-kernel",
        "there is no such kernel",
        "A kernel needs an image and headers with BTF.",
        "kiter kernels list",
    ),
    Code(
        "R31",
        "kernel-not-fetched",
        "the kernel was not fetched",
        "Only fetched kernels are removed.",
        "kiter kernels list",
    ),
    Code(
        "R32",
        "fetch-unsupported",
        "kernels cannot be fetched here",
        "They are fetched by apt.",
        "install a kernel and its headers",
    ),
    Code(
        "R33",
        "fetch-failed",
        "fetching failed",
        "The message of apt is the reason.",
        "check the network and apt's sources",
    ),
    Code(
        "R36",
        "profile-of-another-kiter",
        "the profile of a fetched kernel cannot be read",
        "What is particular to a kernel that no target stands for is read in its sources when it is fetched, "
        "and kept as that kiter knew it.",
        "'kiter kernels fetch' of that version reads it again",
    ),
    Code(
        "R40",
        "unreadable-btf",
        "the BTF cannot be read",
        "The kernel's headers should hold a vmlinux with a .BTF section.",
    ),
    Code(
        "R41",
        "module-refused",
        "the kernel rejected the module",
        "Registration says only -EINVAL; the rule that was broken is found by reading the module's BTF.",
    ),
    Code(
        "R42",
        "iterator-not-in-kernel",
        "the kernel has none of these iterators",
        "The contract of an iterator is tried through a spec of the same name.",
        "name the spec of an iterator that the kernel has, such as specs/css.yaml",
    ),
    Code(
        "R43",
        "no-matching-test",
        "no test has this name",
        "A run without a single check would look like one that passed.",
        "'kiter run -v' shows the names of the subtests",
    ),
    Code(
        "R44",
        "not-a-module",
        "code that cannot be built as a module",
        "It uses functions that are private to its file, or its code is hand-written: it needs a kernel.",
        "run 'kiter conform' on a kernel that has it; 'kiter apply' puts generated code into a tree",
    ),
    Code(
        "R45",
        "wider-program-types",
        "a prototype that more program types may call",
        "A filter in another file decides who may call what is in the set, or it is not known who may: the "
        "module is registered for all types of programs that the set is for, or that there are.",
        "try it on a kernel that has it in its place: 'kiter apply', then 'kiter conform'",
    ),
    Code(
        "R46",
        "private-struct-mismatch",
        "a private struct that the kernel lays out differently",
        "A module finds a member by its place in the kernel's BTF, and not those of a struct in it.",
        "fix the name, or say 'inside: true' and run 'kiter conform' on a kernel that has the iterator",
    ),
    Code(
        "R47",
        "private-headers",
        "needs headers that no package installs",
        "A module of its own is built with the headers of a kernel that somebody installed; private ones, of "
        "the folder of a subsystem, are not among them.",
        "'kiter run' tries it all the same; a series puts it where its headers are",
    ),
    Code(
        "R51",
        "ids-not-a-kfunc-set",
        "ids that are not a set of kfuncs",
        "The kernel registers only marked sets: kernel/bpf/btf.c, register_btf_kfunc_id_set().",
        "declare the set with BTF_KFUNCS_START()",
    ),
    Code(
        "R52",
        "kfunc-without-btf",
        "a kfunc without BTF",
        "The id of a function that is static, or not marked, is 0: tools/bpf/resolve_btfids/main.c.",
        "mark it with __bpf_kfunc, and build the module with pahole and the kernel's vmlinux at hand",
    ),
    Code(
        "R53",
        "conflicting-iterator-flags",
        "a kfunc with two of the KF_ITER flags",
        "A kfunc is one of new, next and destroy: kernel/bpf/btf.c, btf_check_iter_kfuncs().",
        "leave one of KF_ITER_NEW, KF_ITER_NEXT and KF_ITER_DESTROY",
    ),
    Code(
        "R54",
        "iterator-not-first-argument",
        "a kfunc of an iterator that does not take the iterator first",
        "The first argument points to a struct bpf_iter_...: kernel/bpf/btf.c, btf_check_iter_arg().",
    ),
    Code(
        "R55",
        "unaligned-struct",
        "an iterator struct whose size is not a multiple of 8",
        "It lives in whole stack slots of 8 bytes: kernel/bpf/btf.c, btf_check_iter_kfuncs().",
    ),
    Code(
        "R56",
        "kfunc-name-mismatch",
        "a kfunc name that does not follow from the struct of its iterator",
        "The kernel makes the names from that of the struct: kernel/bpf/btf.c, btf_check_iter_kfuncs().",
    ),
    Code(
        "R57",
        "extra-arguments",
        "next() or destroy() with further arguments",
        "They take the iterator and nothing else: kernel/bpf/btf.c, btf_check_iter_kfuncs().",
    ),
    Code(
        "R58",
        "next-returns-no-pointer",
        "next() does not return a pointer",
        "It returns the element or NULL: kernel/bpf/btf.c, btf_check_iter_kfuncs().",
    ),
    Code(
        "R59",
        "destroy-returns-value",
        "destroy() does not return void",
        "It returns void: kernel/bpf/btf.c, btf_check_iter_kfuncs().",
    ),
    Code(
        "R60",
        "inconsistent-kfunc-flags",
        "a kfunc with different flags in two sets",
        "The flags of a kfunc are the same everywhere: tools/bpf/resolve_btfids/main.c.",
    ),
    Code(
        "R62",
        "kernel-function-name",
        "a kfunc with the name of a kernel function",
        "A name stands for one function, and Linux 7.3 looks: kernel/bpf/btf.c, btf_check_kfunc_name().",
        "give the kfunc another name",
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({code.code: code for code in _ALL})
