# SPDX-License-Identifier: GPL-2.0-only
"""I20 to I39: the structs, and how the kfuncs are made known."""

from __future__ import annotations

import re

from kiter.csource.macro import Macro
from kiter.csource.nodes import below, named, text
from kiter.csource.struct import Struct
from kiter.lint.rule import Hit
from kiter.lint.source.model import Trio
from kiter.lint.source.porting import added
from kiter.lint.source.table import Found, rule
from kiter.regex import regex

MARKERS = {
    "cgroup_subsys_state": "CONFIG_CGROUPS",
    "css_task_iter": "CONFIG_CGROUPS",
    "dma_buf": "CONFIG_DMA_SHARED_BUFFER",
    "scx_dispatch_q": "CONFIG_SCHED_CLASS_EXT",
}
ATTACHED = regex(r"\bBPF_(TRACE_\w+|LSM_MAC|LSM_CGROUP|MODIFY_RETURN)\b")
ITER_FLAG = {"new": "KF_ITER_NEW", "next": "KF_ITER_NEXT", "destroy": "KF_ITER_DESTROY"}
OPEN = {"__bpf_kfunc_start_defs", "__diag_push"}  # the guard against warnings, 6.7 and later, and before
CLOSE = {"__bpf_kfunc_end_defs", "__diag_pop"}
BTF_CHECK = "kernel/bpf/btf.c, btf_check_iter_kfuncs()"


def _words(struct: Struct | None) -> int | None:
    sizes = [field.size for field in struct.fields] if struct else []
    if not sizes or None in sizes:
        return None
    return -(-sum(size or 0 for size in sizes) // 8)


@rule(
    "I20",
    "opaque-struct-members",
    "an opaque struct with several members",
    "the words only reserve space, and a char among them still takes eight bytes",
    kernel="kernel/bpf/task_iter.c, struct bpf_iter_task, 6.7 and later",
    hint="use one array: __u64 __opaque[N]",
)
def several_members(trio: Trio) -> Found:
    fields = [field for field in (trio.opaque.fields if trio.opaque else ()) if "__opaque" in field.name]
    for field in fields[1:]:
        yield Hit(trio.source.at(field.node), f"'{field.name}' beside another opaque member")


@rule(
    "I21",
    "oversized-opaque-struct",
    "an opaque struct that is larger than the state",
    "every program carries the words on its stack of 512 bytes, and the size is ABI",
    kernel="include/linux/filter.h, MAX_BPF_STACK",
    hint="reserve what the state needs",
    severity="warning",
)
def too_large(trio: Trio) -> Found:
    opaque, kern = _words(trio.opaque), _words(trio.kern)
    if trio.opaque is not None and opaque and kern and opaque > kern:
        yield Hit(trio.source.at(trio.opaque.node), f"{opaque} words for a state of {kern}")


@rule(
    "I22",
    "size-mismatch",
    "sizes that must match",
    "with 32-bit pointers the state is smaller than the reserved words, and the build fails",
    kernel="kernel/bpf/task_iter.c, bpf_iter_task_new(), 6.7 and later, which compares with >",
    hint="use BUILD_BUG_ON(sizeof(...) > sizeof(...))",
    severity="warning",
)
def same_size(trio: Trio) -> Found:
    if trio.kern is None or trio.opaque is None or trio.kern.narrow in {None, trio.opaque.layout.size}:
        return
    for call in trio.new.calls:
        left, differs, _ = text(named(call, "arguments")).partition("!=")
        if text(named(call, "function")) == "BUILD_BUG_ON" and differs and "sizeof" in left:
            yield Hit(trio.source.at(call), "the size is compared with !=")


@rule(
    "I23",
    "embedded-struct-in-state",
    "another struct embedded in the state",
    "its size becomes ABI: it can never grow beyond what is reserved today",
    kernel="kernel/bpf/task_iter.c, struct bpf_iter_task_vma_kern, 6.7 and later, which holds a pointer",
    hint="allocate it, and keep a pointer; or reserve more words than it takes",
    severity="warning",
)
def foreign_struct(trio: Trio) -> Found:
    if _words(trio.opaque) is None or trio.kern is None:
        return
    for field in trio.kern.fields:
        ctype = named(field.node, "type")
        embedded = ctype is not None and ctype.type == "struct_specifier" and named(ctype, "body") is None
        own = ctype is not None and text(named(ctype, "name")) in trio.source.structs
        if embedded and not own and field.size is None:
            yield Hit(trio.source.at(field.node), f"'{text(ctype)}' is a part of the state")


@rule(
    "I24",
    "missing-iterator-flag",
    "a kfunc without the KF_ITER flag of its role",
    "without its KF_ITER flag the verifier treats it as an ordinary kfunc and enforces nothing",
    kernel=BTF_CHECK,
    hint="add KF_ITER_NEW, KF_ITER_NEXT or KF_ITER_DESTROY to its BTF_ID_FLAGS() line",
)
def no_iter_flag(trio: Trio) -> Found:
    for what, flag in ITER_FLAG.items():
        one = trio.registered(what)
        if one is not None and flag not in one.flags:
            yield Hit(one.at, f"'bpf_iter_{trio.name}_{what}' is not registered with {flag}")
        elif one is not None and (others := sorted(one.flags & {*ITER_FLAG.values()} - {flag})):
            message = f"'bpf_iter_{trio.name}_{what}' is registered with {others[0]}, too"
            yield Hit(one.at, message, f"leave {others[0]} out: each of the three has one such flag")


@rule(
    "I25",
    "missing-ret-null",
    "next() without KF_RET_NULL",
    "next() returns NULL at the end, and the documentation requires the flag",
    kernel="Documentation/bpf/bpf_iterators.rst, 6.16 and later",
    hint="add KF_RET_NULL to its BTF_ID_FLAGS() line",
)
def no_ret_null(trio: Trio) -> Found:
    one = trio.registered("next")
    if one is not None and "KF_RET_NULL" not in one.flags:
        yield Hit(one.at, f"'bpf_iter_{trio.name}_next' is registered without KF_RET_NULL")


def _needed(trio: Trio) -> set[str]:
    """The option that the code stands under, or that its types ask for."""
    row = trio.new.node.start_point[0]
    needed = set(trio.source.conditionals.options[row])
    return needed | _whole(trio.source.path, trio)


def _whole(path: str, trio: Trio) -> set[str]:
    """The option that the Makefile builds a whole file with; a fragment belongs to the file it joins."""
    guarded = trio.profile.guarded.items()
    return {option for name, option in guarded if path.endswith(name) or f"{name}.d/" in path}


@rule(
    "I26",
    "unguarded-btf-ids",
    "BTF ids without the guard of their kfuncs",
    "with the option disabled the ids name functions that do not exist, and resolve_btfids fails the build",
    kernel="tools/bpf/resolve_btfids/main.c; scripts/Makefile.btf, --fatal_warnings",
    hint="put the lines into the same #ifdef as the code",
)
def unguarded_ids(trio: Trio) -> Found:
    needed = _needed(trio)
    for what in ITER_FLAG:
        one = trio.registered(what)
        if one is None or not needed:
            continue
        around = set(one.options)
        if missing := sorted(needed - around - _whole(one.source.path, trio)):
            yield Hit(one.at, f"the code of 'bpf_iter_{trio.name}_{what}' stands under {missing[0]}")


@rule(
    "I27",
    "missing-guard",
    "code without the guard of what it uses",
    "with the option disabled the types and functions do not exist, and the build fails",
    kernel="kernel/bpf/Makefile, kernel/bpf/helpers.c",
    hint="put the kfuncs into #ifdef, or into a file that the Makefile builds only with the option",
)
def unguarded_code(trio: Trio) -> Found:
    if trio.source.path.endswith(f"{trio.name}_iter.c"):
        return  # a file of its own, which the Makefile guards
    needed = _needed(trio)
    names = {text(n) for f in trio.kfuncs for n in below(f.node, "type_identifier")}
    for name, option in MARKERS.items():
        if name in names and option not in needed:
            yield Hit(trio.source.at(trio.new.node), f"'struct {name}' exists only with {option}")
            return


@rule(
    "I28",
    "missing-trusted-args",
    "new() without KF_TRUSTED_ARGS",
    "only the type is checked: a program may pass a pointer that it has walked to, to a freed object",
    kernel="kernel/bpf/verifier.c, check_kfunc_args(), before 7.0",
    hint="add KF_TRUSTED_ARGS to its BTF_ID_FLAGS() line",
    fixable=True,
)
def untrusted(trio: Trio) -> Found:
    flag = trio.profile.trusted_flag
    one = trio.registered("new")
    objects = [p for p in trio.new.parameters[1:] if p.pointer and p.type.startswith("struct")]
    if flag and one is not None and objects and not one.flags & {flag, "KF_RCU"}:
        yield Hit(one.at, f"'{objects[0].name}' may be any pointer of its type", edit=added(one, flag))


@rule(
    "I29",
    "missing-kfunc-defs-guard",
    "kfuncs outside __bpf_kfunc_start_defs() and __bpf_kfunc_end_defs()",
    "nothing but BTF knows their prototypes, so each is a warning of -Wmissing-prototypes",
    kernel="include/linux/btf.h, __bpf_kfunc_start_defs(), 6.7 and later",
    hint="put them between __bpf_kfunc_start_defs() and __bpf_kfunc_end_defs()",
)
def outside_defs(trio: Trio) -> Found:
    for function in trio.kfuncs:
        before = [one.name for one in trio.source.invoked if one.row <= function.item.start]
        if next((name for name in reversed(before) if name in OPEN | CLOSE), "") not in OPEN:
            yield Hit(trio.source.at(function.node), f"'{function.name}' is outside of them")


@rule(
    "I30",
    "program-iterator-in-wrong-set",
    "an iterator of programs for what is called from programs",
    'DEFINE_BPF_ITER_FUNC() makes a target of SEC("iter/..."), registered with bpf_iter_reg_target()',
    kernel="include/linux/bpf.h, DEFINE_BPF_ITER_FUNC()",
    hint="remove it: an open-coded iterator is its three kfuncs",
)
def program_iterator(trio: Trio) -> Found:
    for one in trio.source.invoked if "bpf_iter_reg_target" not in trio.source.text else ():
        if one.name == "DEFINE_BPF_ITER_FUNC" and one.arguments[0] == trio.name:
            yield Hit(trio.source.line(one.row), f"nothing registers a target '{trio.name}'")


@rule(
    "I31",
    "flags-not-in-btf",
    "flags that BPF programs cannot see",
    "a #define is not in BTF, so vmlinux.h has no name for the value",
    kernel="include/linux/cgroup.h, CSS_TASK_ITER_*: made an enum for the iterator, 6.7",
    hint="make them an enum first, in a patch of its own",
    severity="warning",
)
def defined_flags(trio: Trio) -> Found:
    words = {text(n) for n in trio.new.all("identifier")}
    for macro in trio.source.macros:
        if macro.name in words and macro.name[0].isupper() and _valued(trio, macro):
            yield Hit(trio.source.at(macro.node), f"'{macro.name}' is a #define")


def _valued(trio: Trio, macro: Macro) -> bool:
    """Whether it is a bit or a small number that a flag argument is compared with."""
    flags = {p.name for p in trio.new.parameters[1:] if not p.pointer}
    near = any(
        macro.name in text(one) and flags & {text(n) for n in below(one, "identifier")}
        for one in trio.new.all("binary_expression", "switch_statement")
        if text(named(one, "operator")) in {"", "&", "|", "==", "!="}
    )
    return near and bool(re.search(r"\d|BIT|<<", macro.value))


@rule(
    "I32",
    "program-type-mismatch",
    "a program type compared with an attach type",
    "BPF_LSM_MAC and BPF_TRACE_ITER are attach types: as a program type they are another number",
    kernel="include/uapi/linux/bpf.h, enum bpf_prog_type and enum bpf_attach_type",
    hint="compare expected_attach_type, or use BPF_PROG_TYPE_*",
)
def attach_type(trio: Trio) -> Found:
    for function in trio.functions.values() if ATTACHED.search(trio.source.text) else ():
        for one in function.all("case_statement", "binary_expression"):
            value = named(one, "value") if one.type == "case_statement" else named(one, "right")
            switch = one.parent.parent if one.type == "case_statement" and one.parent else None
            asked = named(switch, "condition") if switch is not None else named(one, "left")
            about = text(asked)
            if ATTACHED.fullmatch(text(value)) and "type" in about and "attach" not in about:
                yield Hit(trio.source.at(one), f"'{about}' is never '{text(value)}'")


@rule(
    "I33",
    "global-kfunc-ids",
    "ids of a program type that the whole kernel sees",
    "nobody else uses the list, so its name need not be global",
    kernel="include/linux/btf_ids.h, BTF_ID_LIST_SINGLE()",
    hint="use BTF_ID_LIST_SINGLE()",
    severity="warning",
)
def global_list(trio: Trio) -> Found:
    for one in trio.source.invoked:
        if one.name == "BTF_ID_LIST_GLOBAL_SINGLE" and one.arguments[0].startswith(f"bpf_{trio.name}"):
            yield Hit(trio.source.line(one.row), "the list of ids is global")


@rule(
    "I34",
    "mixed-sleepable-kfuncs",
    "sleepable kfuncs beside ones that are not",
    "a program calls all three, so one that may sleep limits the iterator to sleepable programs",
    kernel="kernel/bpf/verifier.c, check_kfunc_call()",
    hint="give all three the same KF_SLEEPABLE",
)
def incoherent(trio: Trio) -> Found:
    found = {what: trio.registered(what) for what in ITER_FLAG}
    sleeping = [what for what, one in found.items() if one and "KF_SLEEPABLE" in one.flags]
    for what, one in found.items():
        if one is not None and sleeping and what not in sleeping:
            yield Hit(one.at, f"{what}() is not sleepable, {sleeping[0]}() is", severity="warning")
        elif one is not None and {"KF_SLEEPABLE", "KF_RCU_PROTECTED"} <= one.flags:
            yield Hit(one.at, f"no program can call {what}(): it may sleep and must be in an RCU section")
