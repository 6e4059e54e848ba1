# SPDX-License-Identifier: GPL-2.0-only
"""W80 and on: whether a walk can also be SEC("iter/..."), which goes on where the last read() stopped."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.tokens import calls
from kiter.lint.vocabulary import PROGRAM_TARGETS
from kiter.spec.resource import Resource


@rule(
    "W80",
    "element-gone-between-reads",
    "an element that is gone when the walk continues",
    "between two read()s the reader is in user space, where no RCU critical section lasts: neither the "
    "element that was not shown yet nor a cursor may be looked at again",
    kernel="kernel/bpf/bpf_iter.c, bpf_seq_read(): each read() calls start() and stop()",
    hint="let the iterator hold its elements: lifetime: {held: {get: ..., put: ...}}; or remove 'iter'",
)
def cannot_resume(s: Subject) -> Iterator[Hit]:
    if s.it.seq and (s.it.rcu or s.it.lifetime == "rcu"):
        yield Hit(
            s.it.seq.node.key_at, "the walk cannot continue after a read(): RCU alone keeps its elements"
        )


@rule(
    "W81",
    "lock-held-between-reads",
    "a lock or a section held from one read() to the next",
    "the reader may keep the file open forever, and a task must not return to user space with a lock held",
    kernel="kernel/locking/lockdep.c, lockdep_sys_exit(), for all that lockdep knows",
    hint="take it for each step: walk: lock; or remove 'iter'",
)
def locked_between(s: Subject) -> Iterator[Hit]:
    for use in s.uses if s.it.seq else ():
        part = use.slot.part
        if use.slot.key == "resource.get" and isinstance(part, Resource):
            for call in calls(use.words):
                if "lock" in call.name.text:
                    message = f"'{call.name.text}' would last from one read() to the next"
                    yield Hit(use.at(call.name.offset), message)


@rule(
    "W82",
    "arguments-without-parameter",
    "arguments that no reader can give",
    "the file is opened by a link, which has no arguments for new()",
    kernel="kernel/bpf/bpf_iter.c, prepare_seq_file(): init_seq_private() gets what the link has, no more",
    hint="remove 'iter', or walk without arguments",
)
def unknown_arguments(s: Subject) -> Iterator[Hit]:
    if s.it.seq and s.it.arguments:
        yield Hit(s.it.seq.node.key_at, f"nothing gives '{s.it.arguments[0].name}' to new()")


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
    if s.it.seq and (s.it.held.members or not s.it.element.startswith("struct ")):
        yield Hit(s.it.seq.node.key_at, f"SEC(\"iter/{s.it.seq.target}\") cannot give a '{s.it.element}'")


@rule(
    "W84",
    "seq-state-allocation",
    "a state that is allocated as no reader may",
    "bpf_mem_alloc() has a cache per CPU, and a reader may migrate",
    kernel="kernel/bpf/memalloc.c, bpf_mem_alloc(), for this_cpu_ptr()",
    hint="add 'context: {sleepable: true}', for kmalloc()",
)
def allocated(s: Subject) -> Iterator[Hit]:
    if s.it.seq and (s.it.allocate or s.it.buffers) and not s.it.context.sleepable:
        yield Hit(s.it.seq.node.key_at, "new() calls bpf_mem_alloc(), which a reader may not")


@rule(
    "W85",
    "existing-seq-target",
    "a target that Linux has",
    "programs find a target by its name, and get the first of two",
    kernel="kernel/bpf/bpf_iter.c, bpf_iter_prog_supported()",
    hint="choose another with 'target'",
)
def taken_target(s: Subject) -> Iterator[Hit]:
    seq = s.it.seq
    if seq and seq.target in PROGRAM_TARGETS and not s.it.released:
        yield Hit(seq.node.key_at, f'SEC("iter/{seq.target}") exists already')


@rule(
    "W86",
    "duplicate-context-member",
    "a member that the context has already",
    "the element stands beside what every context begins with",
    kernel="include/linux/bpf.h, struct bpf_iter_meta",
    hint="choose another with 'as'",
)
def taken_member(s: Subject) -> Iterator[Hit]:
    if s.it.seq and s.it.seq.member == "meta":
        yield Hit(s.it.seq.node.key_at, "the context has 'meta' twice")
