# SPDX-License-Identifier: GPL-2.0-only
"""K13, K22, K35 to K39: where the parts go: files, sets, headers."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.vocabulary import TAKEN_FILES, TAKEN_TESTS
from kiter.spec.helper import Helper
from kiter.spec.model import OWN_FOLDER


@rule(
    "K39",
    "unused-private-name",
    "an unused private name",
    "a module could not find it once it has been removed",
    hint="remove it",
    severity="warning",
)
def idle_private(s: Subject) -> Iterator[Hit]:
    used = frozenset(name for use in s.now for name in use.words.names)
    for private in s.it.place.private:
        if private.type and private.name not in used:
            yield Hit(private.node.key_at, f"nothing uses '{private.name}'")


@rule(
    "K36",
    "struct-in-uapi-header",
    "a struct in a UAPI header",
    "programs take it from vmlinux.h, and UAPI can never be removed",
    kernel="kernel/bpf/task_iter.c, struct bpf_iter_task_vma, 6.7: moved beside its code in review",
    hint="remove 'header'",
    severity="warning",
)
def user_header(s: Subject) -> Iterator[Hit]:
    if s.it.place.header.startswith("include/uapi/") and s.it.since >= (6, 7):
        at = s.it.place.node["header"].key_at
        yield Hit(at, f"the struct of '{s.it.name}' would be a part of UAPI")


@rule(
    "K35",
    "pointer-in-open-struct",
    "pointers in an open struct",
    "what an open struct shows is ABI, and a pointer in it shows an address of the kernel",
    kernel="tools/testing/selftests/bpf/bpf_testmod/bpf_testmod.h, struct bpf_iter_testmod_seq: numbers only",
    hint="remove 'open'",
)
def open_pointers(s: Subject) -> Iterator[Hit]:
    if not s.it.place.open:
        return
    at = s.it.place.node["open"].key_at
    if s.it.allocate:
        yield Hit(at, "'open' beside 'allocate': the struct holds a pointer")
    for field in s.analysis.state.fields if s.analysis and not s.it.allocate else ():
        if field.type.endswith("*"):
            yield Hit(at, f"'open' shows '{field.name}', a pointer")


@rule(
    "K13",
    "existing-kernel-file",
    "a kernel file that exists already",
    "the iterator would get a file of its own, and the kernel has one of this name",
    kernel="kernel/bpf/Makefile",
    hint="choose another name; to join an existing file of kernel/bpf, add 'placement: {file: ...}'",
)
def taken_file(s: Subject) -> Iterator[Hit]:
    if not s.it.file and s.it.place.folder == OWN_FOLDER and s.it.name in TAKEN_FILES:
        yield Hit(s.it.node["iterator"].at, f"kernel/bpf/{s.it.name}_iter.c exists already")
    elif s.it.name in TAKEN_TESTS:
        yield Hit(s.it.node["iterator"].at, f"the kernel has a selftest {s.it.name}_iter.c already")


@rule(
    "K37",
    "exclusive-filter",
    "a filter that excludes the kfuncs of others",
    "it is called for every kfunc that programs of its hook may call, and what it rejects is rejected",
    kernel="kernel/bpf/btf.c, __btf_kfunc_id_set_contains(): all filters of a hook are asked, 6.4 and later",
    hint="answer 0 unless btf_id_set8_contains() finds the id in the iterator's set; or use 'only'",
)
def blind_filter(s: Subject) -> Iterator[Hit]:
    for use in s.now:
        helper = use.slot.part
        if isinstance(helper, Helper) and helper.name == s.it.place.filter and len(helper.takes) > 1:
            name, _ = helper.takes[1]
            if name not in use.words.names:
                yield Hit(use.at(), f"'{helper.name}' does not test '{name}'")


@rule(
    "K22",
    "header-outside-tree",
    "a header outside the kernel tree",
    "a private header is named from the folder of the iterator's file, and must be in the same tree",
    hint="name a header of the tree, such as ../../mm/slab.h from kernel/bpf/",
)
def header_outside(s: Subject) -> Iterator[Hit]:
    for path in s.it.private_headers:
        if path.startswith("../"):
            node = next(n for n in s.it.node["includes"].each() if str(n.value).endswith(path.lstrip("./")))
            yield Hit(node.at, f"'{node.value}' leaves the kernel tree")
