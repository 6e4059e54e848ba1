# SPDX-License-Identifier: GPL-2.0-only
"""The codes of drift: D01 and on for what differs from a kernel, D10 and on for what stops the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiter.codes import Code

_MEND = "bring the spec in step with the kernel; what is meant to differ is listed in kiter/sync/known.toml"

_ALL = (
    Code(
        "D01",
        "drifted-kfunc",
        "a kfunc differs from the kernel's",
        "BPF programs are compiled and verified against the kernel's prototype, argument suffixes included.",
        _MEND,
    ),
    Code(
        "D02",
        "drifted-kfunc-flags",
        "the flags of a kfunc differ from the kernel's",
        "The KF_ flags say in which programs and contexts the verifier lets a kfunc be called.",
        _MEND,
    ),
    Code(
        "D03",
        "drifted-struct",
        "the iterator's struct differs from the kernel's",
        "It is part of the interface: BPF programs keep it on their stack.",
        _MEND,
    ),
    Code(
        "D04",
        "drifted-enumerator",
        "an enumerator differs from the kernel's",
        "The values of flags are part of the interface.",
        _MEND,
    ),
    Code(
        "D05",
        "stale-known-difference",
        "a known difference that no longer exists",
        "The list says what differs and why; an entry that is not true misleads.",
        "take the entry out of kiter/sync/known.toml, or correct it",
    ),
    Code(
        "D06",
        "drifted-declaration",
        "a declaration differs from the spec",
        "Programs are compiled against the declarations in this header.",
        _MEND,
    ),
    Code(
        "D07",
        "drifted-flag-values",
        "new() accepts other values than the spec says",
        "A program may pass what the kernel's new() takes, and gets an error for anything else.",
        _MEND,
    ),
    Code(
        "D08",
        "drifted-kernel-doc",
        "the kernel-doc describes other arguments",
        "kernel-doc is what the documentation shows of a function, argument by argument.",
        "correct the comment in the sources, or the spec",
    ),
    Code(
        "D09",
        "drifted-page",
        "a page differs from the spec",
        "The reference page is generated from the spec; one that is not tells its readers something else.",
        "'kiter sync --write' writes what kiter made and nobody edited, and what is missing",
    ),
    Code(
        "D10",
        "unknown-release",
        "the release of the kernel is not known",
        "BTF does not say which release it is of, and what is emitted depends on it.",
        "name the target with --target",
    ),
    Code(
        "D11",
        "nothing-to-compare",
        "the kernel has none of these iterators",
        "A spec is compared with the iterator of the same name.",
        "name the spec of an iterator that the kernel has, such as specs/css.yaml",
    ),
    Code(
        "D12",
        "no-reference",
        "nothing to compare with",
        "The specs are compared with a kernel's BTF, with its sources, or with pages made from them.",
        "give --kernel, --btf, --tree or --docs",
    ),
    Code(
        "D13",
        "no-documentation-folder",
        "there is no folder of pages",
        "The pages of the iterators are looked for in Documentation/bpf of a tree, or where --docs says.",
        "give --docs a folder that exists",
    ),
    Code(
        "D14",
        "unparsable-sources",
        "the sources cannot be parsed",
        "kiter reads C in the kernel's style: kfuncs that begin with __bpf_kfunc and have a body, in files "
        "of a few megabytes at most.",
        "name the tree of a kernel; an iterator in other C can be read of its BTF",
    ),
    Code(
        "D15",
        "implicit-arguments-in-btf",
        "the kernel's BTF shows arguments that the verifier supplies",
        "A program that passes what the prototype asks for is refused, and one that does not fails to load: "
        "'func_proto incompatible with vmlinux'. Nothing in a spec fixes that.",
        "build the kernel with pahole 1.26 or later, or take a kernel whose BTF has the tags",
    ),
    Code(
        "D16",
        "drifted-guard",
        "the kernel guards it with another option",
        "The option stands around the kfuncs and around their ids: a kernel is built without it, too.",
        "say in 'guard' what the kernel asks for",
    ),
    Code(
        "D17",
        "page-not-in-toctree",
        "no toctree of the documentation lists the page",
        "A page that no toctree lists is not found by readers, and Sphinx warns of it.",
        "'kiter apply' and 'kiter sync --docs --write' add the line, below 'bpf_iterators'",
    ),
    Code(
        "D18",
        "drifted-seq-form",
        'programs of SEC("iter/...") are given another context',
        "libbpf finds the target by its name, and the verifier takes the context from the function in BTF.",
        _MEND,
    ),
    Code(
        "N01",
        "removed-interface",
        "a program uses what no longer exists",
        "It is not verified: the kernel has no kfunc of that name.",
        "keep it, or say `until` for the kernels that have it",
    ),
    Code(
        "N02",
        "changed-struct-size",
        "the size of the iterator's struct changed",
        "A program keeps it on its stack, in the size it was compiled with; the verifier refuses another.",
        "keep the size: `room` leaves words for later from the start",
    ),
    Code(
        "N03",
        "changed-arguments",
        "the arguments of a kfunc changed",
        "A program passes what it was compiled for; the verifier refuses other types, and NULL as it says.",
        "add a flag, or an iterator of another name",
    ),
    Code(
        "N04",
        "changed-element",
        "the type or lifetime of the elements changed",
        "A program reads the fields of the type that it was compiled for, as long as the verifier lets it.",
        "make an iterator of another name",
    ),
    Code(
        "N05",
        "changed-flag",
        "a flag that was accepted is rejected, or has another value",
        "new() fails where it did not, or the walk is another one.",
        "keep the flag and its value; add new ones behind it",
    ),
    Code(
        "N06",
        "narrowed-new",
        "new() rejects what it accepted before",
        "A program that works gets an error, and with bpf_for_each() an empty walk.",
        "refuse only what never worked",
    ),
    Code(
        "N07",
        "narrowed-context",
        "the iterator may be used in fewer contexts",
        "The verifier refuses a program that it took before.",
        "ask for it in later kernels only: a switch can be a map from releases, perfmon: {7.3-: true}",
    ),
    Code(
        "N10",
        "unknown-revision",
        "a revision cannot be read",
        "Two revisions of a spec are compared: files, or REVISION:FILE as git names them.",
        "check the name, and that git knows the revision",
    ),
)

CODES: Mapping[str, Code] = MappingProxyType({code.code: code for code in _ALL})
