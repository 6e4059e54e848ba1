# SPDX-License-Identifier: GPL-2.0-only
"""P: arguments of new(): what the verifier is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject, When
from kiter.lint.tables import rule
from kiter.spec.rewrite import last, replaced, without

IMPLICIT = "const struct bpf_prog_aux *"
CHECK_ARGS = "kernel/bpf/verifier.c, check_kfunc_args()"


@rule(
    "P01",
    "implicit-argument-not-last",
    "an implicit argument before others",
    "the verifier supplies it after the arguments that the program passes",
    kernel="tools/bpf/resolve_btfids/main.c, for KF_IMPLICIT_ARGS, 7.0 and later",
    hint="move it to the end",
    fixable=True,
)
def implicit_first(s: Subject) -> Iterator[Hit]:
    only = sum(a.implicit for a in s.it.arguments) == 1
    for a, _ in pairwise(s.it.arguments):
        if a.implicit:
            edit = last(a.node) if only else None
            yield Hit(a.node.key_at, f"the implicit argument '{a.name}' is not the last", edit=edit)


@rule(
    "P02",
    "implicit-argument-type",
    "an implicit argument of another type",
    "the program's aux data is the only argument that the verifier supplies",
    kernel="tools/bpf/resolve_btfids/main.c, for KF_IMPLICIT_ARGS, 7.0 and later",
    hint=f"use 'type: {IMPLICIT}'",
    fixable=True,
)
def implicit_type(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.implicit and a.type != IMPLICIT:
            given = a.node.get("type")
            edit, at = (replaced(given, IMPLICIT), given.at) if given else (None, a.node.key_at)
            yield Hit(at, f"the implicit argument '{a.name}' is '{a.type}'", edit=edit)


@rule(
    "P03",
    "pointer-key-on-number",
    "a key for pointers on a number",
    "trust is a property of pointers; of a number the verifier knows its size alone",
    kernel=CHECK_ARGS,
    hint="remove it",
    fixable=True,
)
def pointer_keys(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        for key in ("trust", "ignored"):
            if key in a.node.value and not a.pointer:
                message = f"'{key}' on '{a.name}', which is not a pointer"
                yield Hit(a.node[key].key_at, message, edit=without(a.node[key]))


@rule(
    "P04",
    "trust-rcu-on-kept-pointer",
    "'trust: rcu' on a pointer that is kept",
    "with KF_RCU the object need only live during the call, but it is used in later ones; RCU keeps it for "
    "those where the critical section lasts until destroy()",
    kernel="kernel/bpf/verifier.c, check_kfunc_args(): KF_RCU accepts what may have no references",
    hint="add 'context: {rcu: true}', remove 'trust', or take a reference: "
    "resources: {NAME: {get: ..., put: ...}}",
)
def rcu_kept(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.rcu and a.keep and not s.it.rcu:
            yield Hit(a.node["trust"].key_at, f"'{a.name}' is kept, but only RCU protects it during new()")


@rule(
    "P09",
    "unchecked-address",
    "an address that may be invalid is dereferenced",
    "a program may pass anything for an ignored pointer, and the kernel would crash",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_new(), 6.11 and later, which copies with a probe",
    hint="copy with bpf_probe_read_kernel_common()",
)
def ignored_followed(s: Subject) -> Iterator[Hit]:
    ignored = {a.name for a in s.it.arguments if a.ignored}
    for use in s.uses if ignored else ():
        names = ignored if use.slot.when is not When.HELPER else ignored & use.slot.own
        tokens = [t for t in use.words.tokens if t.kind != "comment"]
        for i, token in enumerate(tokens):
            before = tokens[i - 1].text if i else "("
            earlier = tokens[i - 2].text if i > 1 else "("
            after = tokens[i + 1].text if i + 1 < len(tokens) else ""
            unary = before == "*" and not (
                earlier.isidentifier() or earlier in {")", "]"} or earlier.isdigit()
            )
            if token.text in names and token.free and (after in {"->", "["} or unary):
                yield Hit(use.at(token.offset), f"'{token.text}' may be any address")


@rule(
    "P10",
    "void-pointer-kept",
    "a kept pointer without a type",
    "the type of what an ignored pointer points to is not known, so RCU protects nothing",
    kernel="kernel/bpf/verifier.c, is_kfunc_arg_ignore()",
    hint="copy what it points to in new(): resources: {NAME: {count: ..., fill: ...}}",
)
def ignored_kept(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.ignored and a.keep:
            yield Hit(a.node["keep"].key_at, f"'{a.name}' is kept, but may be any address")
