# SPDX-License-Identifier: GPL-2.0-only
"""W80 and on: whether a walk can also be SEC("iter/..."), which goes on where the last read() stopped."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.tokens import calls
from kiter.lint.vocabulary import PROGRAM_TARGETS
from kiter.spec.lock import CALLER
from kiter.spec.resource import Resource
from kiter.spec.seq_form import ALL


@rule(
    "W80",
    "caller-lock-in-reader",
    "a lock that nobody holds when a file is read",
    "'lock: {caller: ...}' is what the program holds, and a reader has none",
    kernel="kernel/bpf/bpf_iter.c, bpf_seq_read(): start() is called with nothing but the lock of the file",
    hint="take the lock for each step, with another key of 'lock'; or remove 'iter'",
)
def nobody_holds(s: Subject) -> Iterator[Hit]:
    if s.it.seq and any(lock.kind == CALLER for lock in s.it.locks):
        yield Hit(s.it.seq.node.key_at, "a reader does not hold what the caller must")


@rule(
    "W81",
    "lock-held-between-reads",
    "a lock or a section held from one read() to the next",
    "the reader may keep the file open forever, and a task must not return to user space with a lock held",
    kernel="kernel/locking/lockdep.c, lockdep_sys_exit(), for all that lockdep knows",
    hint="take it for each step: walk: lock; or add 'restart: true': each read() restarts the walk",
)
def locked_between(s: Subject) -> Iterator[Hit]:
    for use in s.uses if s.it.seq and not s.it.begins_anew else ():
        part = use.slot.part
        if use.slot.key == "resource.get" and isinstance(part, Resource):
            for call in calls(use.words):
                if "lock" in call.name.text:
                    message = f"'{call.name.text}' would last from one read() to the next"
                    yield Hit(use.at(call.name.offset), message)


@rule(
    "W82",
    "arguments-without-parameter",
    "an argument that no reader can give",
    "the file is opened by a link, which has what it was asked for and no more",
    kernel="kernel/bpf/bpf_iter.c, prepare_seq_file(): init_seq_private() gets what the link has",
    hint="say under 'arguments' where it comes from",
)
def unknown_arguments(s: Subject) -> Iterator[Hit]:
    for argument in s.it.arguments if s.it.seq else ():
        if s.it.seq and s.it.seq.argument(argument.name) is None:
            yield Hit(s.it.seq.node.key_at, f"nothing gives '{argument.name}' to new()")


@rule(
    "W83",
    "element-not-a-struct",
    "an element that is not a struct of the kernel",
    "the program gets a pointer to a type by its id in the kernel's own BTF, which has neither numbers "
    "nor what the iterator brings along",
    kernel="kernel/bpf/btf.c, btf_ctx_access(), for btf_id of struct bpf_ctx_arg_aux",
    hint="remove 'iter': only bpf_for_each() can return such elements",
)
def no_struct(s: Subject) -> Iterator[Hit]:
    for shown in s.it.seq.shows if s.it.seq else ():
        own = s.it.held.members and shown.type == s.it.element
        if s.it.seq and (own or not shown.type.startswith("struct ")):
            message = f"SEC(\"iter/{s.it.seq.target}\") cannot give a '{shown.type}'"
            yield Hit(shown.node.key_at, message)


@rule(
    "W84",
    "seq-state-allocation",
    "a state that is allocated as no reader may",
    "bpf_mem_alloc() has a cache per CPU, and a reader may migrate",
    kernel="kernel/bpf/memalloc.c, bpf_mem_alloc(), for this_cpu_ptr()",
    hint="add 'context: {sleepable: true}', for kmalloc(); or 'restart: true', between start() and stop()",
)
def allocated(s: Subject) -> Iterator[Hit]:
    lasts = s.it.seq and not s.it.begins_anew
    if s.it.seq and lasts and (s.it.allocate or s.it.buffers) and not s.it.context.sleepable:
        yield Hit(s.it.seq.node.key_at, "new() calls bpf_mem_alloc(), which a reader may not")


@rule(
    "W85",
    "existing-seq-target",
    "a target that Linux has",
    "programs find a target by its name, and get the first of two",
    kernel="kernel/bpf/bpf_iter.c, bpf_iter_prog_supported()",
    hint="choose another with 'target'; or add 'existing: true', to compare both",
)
def taken_target(s: Subject) -> Iterator[Hit]:
    seq = s.it.seq
    if seq and seq.target in PROGRAM_TARGETS and not s.it.released and not seq.existing:
        yield Hit(seq.node.key_at, f'SEC("iter/{seq.target}") exists already')


@rule(
    "W86",
    "duplicate-context-member",
    "a member that exists already",
    "what programs see stands beside what every context begins with, and what a reader has beside the walk",
    kernel="include/linux/bpf.h, struct bpf_iter_meta",
    hint="choose another name",
)
def taken_member(s: Subject) -> Iterator[Hit]:
    for shown in s.it.seq.shows if s.it.seq else ():
        if shown.name == "meta":
            yield Hit(shown.node.key_at, "the context has 'meta' twice")
    for given in s.it.seq.arguments if s.it.seq else ():
        if given.name == "ended":
            yield Hit(given.node.key_at, "a reader has 'ended' twice")


@rule(
    "W87",
    "unknown-reader-name",
    "a name that the spec does not have",
    "what a reader gives goes to an argument of new(), what it asks for is a walk",
    hint="correct the name",
)
def unknown_names(s: Subject) -> Iterator[Hit]:
    if s.it.seq is None:
        return
    walks = {case.flag or ALL for case in s.every_case}
    for given in s.it.seq.arguments:
        if s.it.argument(given.name) is None:
            yield Hit(given.node.key_at, f"new() has no argument '{given.name}'")
    for read in s.it.seq.reads:
        if read.walk not in walks:
            yield Hit(read.node.key_at, f"there is no walk '{read.walk}'")
        for name, snippet in read.asks:
            if s.it.seq.keeps and name not in s.it.seq.asked:
                yield Hit(snippet.at, f"a link is not asked for '{name}'")


@rule(
    "W88",
    "two-held-by-reader",
    "two things that a link or a reader would have to release",
    "where the second cannot be acquired, nothing releases the first",
    kernel="kernel/bpf/bpf_iter.c, bpf_iter_link_attach(): no detach_target() when attach_target() failed",
    hint="keep one, and make the other of it",
)
def two_to_put(s: Subject) -> Iterator[Hit]:
    for parts in (s.it.seq.keeps, s.it.seq.arguments) if s.it.seq else ():
        for part in [part for part in parts if part.put][1:]:
            yield Hit(part.node.key_at, f"'{part.name}' must be released, too")


@rule(
    "W89",
    "link-never-asked",
    "a link that no test asks",
    "a target with parameters is tried for the walks that 'reads' names",
    hint="add 'reads', with each walk that a link can ask for",
)
def nothing_tried(s: Subject) -> Iterator[Hit]:
    if s.it.seq and s.it.seq.keeps and not s.it.seq.reads:
        yield Hit(s.it.seq.node["link"].key_at, "'reads' says of no walk how a link asks for it")
