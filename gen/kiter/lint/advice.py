# SPDX-License-Identifier: GPL-2.0-only
"""L: advice on names and texts, which fails no build."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.errors import Edit
from kiter.lint.numbers import SIGNED
from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.vocabulary import C_WORDS, NARROW_FLAGS
from kiter.names import near, only
from kiter.regex import regex
from kiter.spec.node import Node
from kiter.spec.rewrite import replaced, within, without

MENTION = regex(r"(?<![\w@])@([A-Za-z_]\w*)")


@rule(
    "L01",
    "flag-argument-name",
    "the flag argument should be called 'flags'",
    "a name for one choice leaves no room for a further bit later",
    hint="call it 'flags'",
    severity="warning",
)
def narrow_flag(s: Subject) -> Iterator[Hit]:
    a = s.it.argument(s.it.select) if s.it.select else None
    if a is not None and a.name in NARROW_FLAGS:
        yield Hit(a.node.key_at, f"'{a.name}' names one choice; 'flags' leaves room for more")


@rule(
    "L02",
    "iterator-named-like-c-word",
    "an iterator named like a reserved word of C",
    "bpf_for_each(int, pos) reads as something else",
    hint="name it after what it walks over",
    severity="warning",
)
def named_like_c(s: Subject) -> Iterator[Hit]:
    if s.it.name in C_WORDS:
        yield Hit(s.it.node["iterator"].at, f"'{s.it.name}' is a word of C")


@rule(
    "L03",
    "duplicate-guard",
    "the guard is given twice",
    "the tests' config asks for the guard anyway",
    hint="remove it from tests: config",
    severity="warning",
    fixable=True,
)
def guard_twice(s: Subject) -> Iterator[Hit]:
    tests = s.it.node.get("tests")
    if s.it.guard and tests is not None and s.it.guard in s.it.tests.config:
        item = next(item for item in tests["config"].each() if item.value == s.it.guard)
        yield Hit(item.at, f"'{s.it.guard}' is the guard already", edit=without(item))


@rule(
    "L04",
    "text-about-unknown-argument",
    "a text about an argument that does not exist",
    "@name stands for an argument, and kernel-doc shows it as one",
    hint="use the argument's name, or leave the @ out",
    severity="warning",
    fixable=True,
)
def unknown_mention(s: Subject) -> Iterator[Hit]:
    known = {"it", *(a.name for a in s.it.arguments)}
    for node, text in s.prose:
        for name in sorted(set(MENTION.findall(text)) - known):
            hint, right = near(name, sorted(known - {"it"})), only(name, known - {"it"})
            edit = within(node, f"@{name}", f"@{right}") if right else None
            yield Hit(node.at, f"there is no argument '{name}'", hint, edit)


@rule(
    "L05",
    "summary-is-sentence",
    "a summary that is a sentence",
    "it completes 'begin to ...' and 'an iterator to ...'",
    hint="write it in lower case without a full stop, as in: walk over processes",
    severity="warning",
    fixable=True,
)
def sentence(s: Subject) -> Iterator[Hit]:
    first = s.it.summary.split()[0] if s.it.summary.split() else ""
    if s.it.summary.rstrip().endswith(".") or (first[:1].isupper() and first[1:].islower()):
        node = s.it.node["summary"]
        yield Hit(node.at, "the summary reads as a sentence of its own", edit=_unsentenced(node))


@rule(
    "L06",
    "blank-text",
    "a blank text",
    "it describes nothing",
    hint="say it in a few words, or leave the key out",
    severity="warning",
)
def blank(s: Subject) -> Iterator[Hit]:
    for node, text in s.prose:
        if not text.strip():
            yield Hit(node.key_at, f"'{node.path[-1]}' is blank")


def _unsentenced(node: Node) -> Edit | None:
    """The summary in lower case, without its full stop; None where it would begin with a name."""
    text = str(node.value).rstrip().rstrip(".")
    return replaced(node, text[:1].lower() + text[1:])


@rule(
    "L07",
    "enumerator-without-prefix",
    "an enumerator without a prefix of the iterator",
    "C has one name space for all enumerators, and vmlinux.h shows them to every program",
    kernel="kernel/bpf/task_iter.c, BPF_TASK_ITER_ALL_PROCS, 6.7",
    hint="begin it with BPF_ and the name of the iterator",
    severity="warning",
)
def bare_enumerator(s: Subject) -> Iterator[Hit]:
    for flag in (flag for a in s.it.arguments for flag in a.defined):
        if not flag.flag.startswith("BPF_") and s.it.name.upper() not in flag.flag:
            yield Hit(flag.node.key_at, f"'{flag.flag}' has no prefix of its own")


@rule(
    "L08",
    "signed-flags",
    "a signed flag argument",
    "the highest bit is the sign, which is extended when the value is widened",
    kernel="the flags of bpf_iter_task_new(), bpf_iter_css_new() and bpf_iter_css_task_new(), 6.7",
    hint="leave 'type' out for unsigned int, or use u32 or u64",
    severity="warning",
)
def signed_flags(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.flags and a.type in SIGNED:
            yield Hit(a.node["type"].at, f"'{a.name}' is '{a.type}'")
