# SPDX-License-Identifier: GPL-2.0-only
"""Q: questions that a reviewer asks of a design, as notes: `kiter lint --design` asks them first."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.vocabulary import PROGRAM_TARGETS
from kiter.spec.source import Source
from kiter.spec.walk import Cursor

MEMBER = frozenset({"->", "."})


@rule(
    "Q01",
    "walk-possible-in-bpf",
    "a walk that programs can open-code",
    "a list whose head a program can reach is walked with bpf_for() and bpf_core_cast(), on every kernel",
    hint="say in 'docs' what the iterator does that a loop over the members cannot",
    severity="note",
)
def plain_walk(s: Subject) -> Iterator[Hit]:
    special = s.it.locks or s.it.taken or s.it.arguments or s.it.helpers or s.it.select
    for level in s.levels if len(s.levels) == 1 and not special else ():
        walk = level.walk
        if isinstance(walk, Source) and walk.kind in {"list", "hlist"} and s.it.lifetime == "rcu":
            yield Hit(walk.node.key_at, "the walk is a plain list")
        for use in s.now if isinstance(walk, Cursor) else ():
            if use.slot.key == "cursor.next" and not any(t.text == "(" for t in use.words.tokens):
                yield Hit(use.at(), "the walk only follows members")


@rule(
    "Q02",
    "not-extensible",
    "an iterator that cannot be extended",
    "another argument breaks every existing program: without flags, any extension needs a new iterator",
    kernel="Documentation/bpf/kfuncs.rst, section 3, for the life of a kfunc",
    hint="reserve some: flags: {type: u64, reserved: true, doc: for later use}",
    severity="note",
)
def no_flags(s: Subject) -> Iterator[Hit]:
    if not any(a.restricted for a in s.it.arguments):
        yield Hit(s.it.node["iterator"].at, f"'{s.it.name}' takes no flags")


@rule(
    "Q03",
    "name-of-bpf-iterator",
    'a name that SEC("iter/...") has, too',
    "what programs of that target visit is expected to be the same, and the code to be shared",
    kernel="Documentation/bpf/bpf_iterators.rst, 6.16 and later",
    hint="share the step with the target's seq_file operations, and keep both in one file",
    severity="note",
)
def program_target(s: Subject) -> Iterator[Hit]:
    if s.it.name in PROGRAM_TARGETS:
        yield Hit(s.it.node["iterator"].at, f'SEC("iter/{s.it.name}") exists already')


@rule(
    "Q04",
    "flags-named-differently",
    "flags that are not named after the iterator",
    "enumerators are global in vmlinux.h, so their names need a prefix",
    kernel="kernel/bpf/task_iter.c, BPF_TASK_ITER_ALL_PROCS, 6.7 and later",
    hint="begin them with BPF_<NAME>_ITER_",
    severity="note",
)
def foreign_flags(s: Subject) -> Iterator[Hit]:
    prefix = f"BPF_{s.it.name.upper()}_ITER_"
    for flag in (flag for a in s.it.arguments for flag in a.defined):
        if not flag.flag.startswith(prefix):
            yield Hit(flag.node.key_at, f"'{flag.flag}' does not begin with {prefix}")


@rule(
    "Q05",
    "narrow-flag-argument",
    "a flag argument that is not a word of bits",
    "a char or a bool takes eight bytes of the state all the same, and leaves no room for more",
    hint="use unsigned int or u64",
    severity="note",
)
def narrow_type(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.restricted and a.type in {"char", "bool", "u8", "s8", "u16", "s16"}:
            yield Hit(a.node["type" if "type" in a.node.value else "doc"].at, f"'{a.name}' is '{a.type}'")
