# SPDX-License-Identifier: GPL-2.0-only
"""K13, K14, K22, K30 and on: where the parts go: files, sets, headers."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.vocabulary import TAKEN_FILES, TAKEN_TESTS
from kiter.spec.helper import Helper
from kiter.spec.model import OWN_FOLDER


@rule(
    "K30",
    "'join' without the file that has the set",
    "an existing set stands in the file that the kfuncs join",
    kernel="include/linux/btf_ids.h, BTF_KFUNCS_START(): a set is static",
    hint="add 'file:', the file that holds the set",
)
def join_without_file(s: Subject) -> Iterator[Hit]:
    if s.it.place.join and not s.it.file:
        yield Hit(s.it.node["set"]["join"].key_at, "'join' without 'file'")


@rule(
    "K31",
    "two sets at once",
    "the kfuncs are either in a set of their own, which one list is for, or in one that is there",
    kernel="tools/bpf/resolve_btfids/main.c: the flags of a kfunc must be the same in all sets",
    hint="leave one of 'programs', 'only' and 'join'",
)
def two_sets(s: Subject) -> Iterator[Hit]:
    group = s.it.node.get("set")
    if group is None:
        return
    given = [key for key in ("programs", "only", "join") if key in group.value]
    for key in given[1:]:
        yield Hit(group[key].key_at, f"'{key}' beside '{given[0]}'")


@rule(
    "K38",
    "two filters",
    "'only' makes one where it takes one, and a set has one",
    kernel="include/linux/btf.h, struct btf_kfunc_id_set",
    hint="leave 'only', or 'programs' with a filter that keeps out all it must",
)
def two_filters(s: Subject) -> Iterator[Hit]:
    if s.it.place.filter and s.it.place.only:
        yield Hit(s.it.node["set"]["filter"].key_at, "'filter' beside 'only'")


@rule(
    "K32",
    "'filter' without a set of its own",
    "a filter belongs to the registration of a set; a set that exists has its own, or none",
    kernel="include/linux/btf.h, struct btf_kfunc_id_set",
    hint="add 'programs', or take 'filter' away",
)
def stray_filter(s: Subject) -> Iterator[Hit]:
    if s.it.place.filter and not s.it.programs:
        yield Hit(s.it.node["set"]["filter"].key_at, "'filter' without 'programs'")


@rule(
    "K33",
    "'inside' without a file to be in",
    "what is private to a file is seen only by the code that joins it",
    hint="add 'file:'",
)
def inside_nothing(s: Subject) -> Iterator[Hit]:
    for key in ("inside", "private"):
        if s.it.node.value.get(key) and not s.it.file:
            yield Hit(s.it.node[key].key_at, f"'{key}' without 'file'")


@rule(
    "K39",
    "a private name that nothing uses",
    "a module would look for it in vain when it has gone",
    hint="take it away",
    severity="warning",
)
def idle_private(s: Subject) -> Iterator[Hit]:
    used = frozenset(name for use in s.now for name in use.words.names)
    for private in s.it.place.private:
        if private.type and private.name not in used:
            yield Hit(private.node.key_at, f"nothing uses '{private.name}'")


@rule(
    "K40",
    "what is private is named, and no module can be made",
    "'private' is there for a module; 'inside' says that there is none",
    hint="leave one of the two",
)
def private_and_confined(s: Subject) -> Iterator[Hit]:
    if s.it.place.private and s.it.node.value.get("inside"):
        yield Hit(s.it.node["inside"].key_at, "'inside' beside 'private'")


@rule(
    "K34",
    "a struct in a header that belongs to another file",
    "a file of its own shows its struct to nobody, and programs take it from vmlinux.h",
    kernel="kernel/bpf/task_iter.c, struct bpf_iter_task_vma, 6.7: beside its code, no longer in the UAPI",
    hint="add 'file:', or take 'header' away",
)
def header_without_file(s: Subject) -> Iterator[Hit]:
    struct = s.it.node.get("struct")
    if struct is not None and "header" in struct.value and not s.it.file:
        yield Hit(struct["header"].key_at, "'struct: header' without 'file'")


@rule(
    "K36",
    "a struct in the headers of user space",
    "programs take it from vmlinux.h, and what stands in uapi can never be taken back",
    kernel="kernel/bpf/task_iter.c, struct bpf_iter_task_vma, 6.7: moved beside its code in review",
    hint="take 'header' away",
    severity="warning",
)
def user_header(s: Subject) -> Iterator[Hit]:
    if s.it.place.header.startswith("include/uapi/") and s.it.since >= (6, 7):
        yield Hit(
            s.it.node["struct"]["header"].key_at, f"the struct of '{s.it.name}' would be a part of uapi"
        )


@rule(
    "K35",
    "pointers in an open struct",
    "what an open struct shows is ABI, and a pointer in it shows an address of the kernel",
    kernel="tools/testing/selftests/bpf/bpf_testmod/bpf_testmod.h, struct bpf_iter_testmod_seq: numbers only",
    hint="take 'open' away",
)
def open_pointers(s: Subject) -> Iterator[Hit]:
    if not s.it.place.open:
        return
    at = s.it.node["struct"]["open"].key_at
    if s.it.allocate:
        yield Hit(at, "'open' beside 'allocate': the struct holds a pointer")
    for field in s.analysis.state.fields if s.analysis and not s.it.allocate else ():
        if field.type.endswith("*"):
            yield Hit(at, f"'open' shows '{field.name}', a pointer")


@rule(
    "K13",
    "a kernel file that exists already",
    "the iterator would get this file for itself, and the kernel has it",
    kernel="kernel/bpf/Makefile",
    hint="choose another name; to join an existing file of kernel/bpf, add 'file:'",
)
def taken_file(s: Subject) -> Iterator[Hit]:
    if not s.it.file and s.it.place.folder == OWN_FOLDER and s.it.name in TAKEN_FILES:
        yield Hit(s.it.node["iterator"].at, f"kernel/bpf/{s.it.name}_iter.c is there already")
    elif s.it.name in TAKEN_TESTS:
        yield Hit(s.it.node["iterator"].at, f"the kernel has a selftest {s.it.name}_iter.c already")


@rule(
    "K14",
    "two places for the code",
    "code that joins a file is where that is",
    hint="take 'folder' away, or 'file' for a file of its own",
)
def folder_and_file(s: Subject) -> Iterator[Hit]:
    if s.it.file and "folder" in s.it.node.value:
        yield Hit(s.it.node["folder"].key_at, f"'folder' cannot be used with 'file: {s.it.file}'")


@rule(
    "K37",
    "a filter that shuts out others",
    "it is asked about every kfunc that programs of its hook may call, and whatever it refuses is refused",
    kernel="kernel/bpf/btf.c, __btf_kfunc_id_set_contains(): all filters of a hook are asked, 6.4 and later",
    hint="answer 0 unless btf_id_set8_contains() finds the id in the iterator's set; or use 'only'",
)
def blind_filter(s: Subject) -> Iterator[Hit]:
    for use in s.now:
        helper = use.slot.part
        if isinstance(helper, Helper) and helper.name == s.it.place.filter and len(helper.takes) > 1:
            name, _ = helper.takes[1]
            if name not in use.words.names:
                yield Hit(use.at(), f"'{helper.name}' does not look at '{name}'")


@rule(
    "K22",
    "a header outside of the kernel tree",
    "a private header is named from the folder of the iterator's file, and must be in the same tree",
    hint="name a header of the tree, such as ../../mm/slab.h from kernel/bpf/",
)
def header_outside(s: Subject) -> Iterator[Hit]:
    for path in s.it.private_headers:
        if path.startswith("../"):
            node = next(n for n in s.it.node["includes"].each() if str(n.value).endswith(path.lstrip("./")))
            yield Hit(node.at, f"'{node.value}' leaves the kernel tree")
