# SPDX-License-Identifier: GPL-2.0-only
"""C34 to C36: names that a kernel does not have, by its BTF.

BTF knows functions and enumerators, but no macros and few inline functions: so a name that it lacks
is told only where it must be there, or where it looks like a misspelt one and no header has it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kiter.btf.reader import Btf
from kiter.errors import Diagnostic
from kiter.lint.rule import Hit, Table
from kiter.lint.subject import Subject, subject
from kiter.lint.tokens import calls, words
from kiter.spec.argument import Bit
from kiter.spec.case import Case
from kiter.spec.model import Spec
from kiter.target.profile import Profile

NEAR = 0.87
_QUALIFIERS = {"const", "volatile", "restrict", "__rcu"}


class Beside(NamedTuple):
    """An iterator for one kernel, and what is known of such a kernel."""

    subject: Subject
    btf: Btf
    # whether its headers define a function, which BTF may lack then
    in_headers: Callable[[str], bool]


BESIDE: Table[Beside] = Table()


def unknown(it: Spec, profile: Profile, btf: Btf, in_headers: Callable[[str], bool]) -> list[Diagnostic]:
    """What a spec names that the kernel with this BTF and these headers does not have, sorted by place."""
    taken, document = Beside(subject(it, profile), btf, in_headers), it.node.document
    hits = ((rule, hit) for rule in BESIDE.rules.values() for hit in rule.check(taken))
    return sorted({rule.finding(hit, document.source(hit.at.line)) for rule, hit in hits})


@BESIDE.rule(
    "C34",
    "invisible-flag",
    "a flag that BPF programs cannot see",
    "a #define is not in BTF, so vmlinux.h has no name for the value",
    kernel="include/linux/cgroup.h, CSS_TASK_ITER_*: made an enum for the iterator, 6.7",
    hint="make it an enum first, in a patch of its own; or correct the name",
)
def no_enumerator(beside: Beside) -> Iterator[Hit]:
    """A kernel without the guard's option has none of the names, and says nothing of them."""
    s, known = beside.subject, beside.btf.enumerators()
    named = [name for _, names in _values(s) for name in names]
    if s.it.guard and not known.keys() & set(named):
        return
    for value, names in _values(s):
        for name in names:
            if name not in known:
                yield Hit(value.node.key_at, f"'{name}' is not an enumerator of this kernel")


def _values(s: Subject) -> Iterator[tuple[Case | Bit, list[str]]]:
    """Each value and bit that the kernel must have, and the names that it is spelled with."""
    for argument in s.it.arguments:
        for value in (flag for flag in argument.flags if flag not in argument.defined):
            found = words(value.flag)
            called = {call.name.text for call in calls(found)}
            yield value, sorted(found.names - called)


@BESIDE.rule(
    "C35",
    "unknown-kernel-function",
    "a function that the kernel does not have",
    "its BTF has one of nearly the same name",
    hint="correct the name",
    severity="warning",
)
def no_function(beside: Beside) -> Iterator[Hit]:
    s, known = beside.subject, beside.btf.functions()
    for use in s.now:
        for call in calls(use.words):
            name = call.name.text
            if name in known or not name.islower() or name in {h.name for h in s.it.helpers}:
                continue
            near = difflib.get_close_matches(name, _alike(name, known), n=1, cutoff=NEAR)
            if near and not beside.in_headers(name):
                yield Hit(use.at(call.name.offset), f"there is no '{name}'", f"did you mean '{near[0]}'?")


def _alike(name: str, known: frozenset[str]) -> list[str]:
    """The functions that are worth comparing: one letter too many, too few, or another."""
    return [n for n in known if n[:2] == name[:2] and abs(len(n) - len(name)) <= 1]


@BESIDE.rule(
    "C36",
    "unknown-trusted-field",
    "a trusted field that the element does not have",
    "the verifier looks for the name and the type of the field, and ignores an entry that matches none",
    kernel="kernel/bpf/verifier.c, type_is_rcu(), by way of btf_nested_type_is_trusted(), kernel/bpf/btf.c",
    hint="correct the name or the type",
)
def no_field(beside: Beside) -> Iterator[Hit]:
    """A kernel without the guard's option may lack the whole struct, which is said elsewhere."""
    it = beside.subject.it
    element = beside.btf.struct(it.element.rstrip("* ").removeprefix("struct "))
    if element is None:
        return
    types = {member.name: member.type for member in element.members}
    for pointer in it.held.trusted:
        at = it.held.node["trusted"][pointer.name].key_at
        if pointer.name not in types:
            yield Hit(at, f"'{it.element.rstrip('* ')}' has no '{pointer.name}'")
        elif _spelled(types[pointer.name]) != _spelled(pointer.type):
            yield Hit(at, f"'{pointer.name}' is '{types[pointer.name]}', not '{pointer.type}'")


def _spelled(text: str) -> str:
    """A type as the verifier compares it: without qualifiers, and what C leaves to taste."""
    return " ".join(word for word in text.replace("*", " * ").split() if word not in _QUALIFIERS)
