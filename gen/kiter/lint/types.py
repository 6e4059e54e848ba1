# SPDX-License-Identifier: GPL-2.0-only
"""K06, K07, K11, K12: the types of arguments and fields."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.analysis.state import SIZES
from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.lint.vocabulary import SCALARS
from kiter.spec.rewrite import without


@rule(
    "K06",
    "unpassable-type",
    "an argument type that no program can pass",
    "a kfunc takes numbers, pointers to structs, and pointers to numbers",
    kernel="kernel/bpf/verifier.c, get_kfunc_ptr_arg_type() and check_kfunc_args(), 6.4 and later",
    hint="use an integer type or a pointer to a struct",
)
def argument_type(s: Subject) -> Iterator[Hit]:
    ignored = {a.node.path for a in s.it.arguments if a.ignored}
    for name, ctype, node in s.passed:
        found = _unpassable(ctype)
        if found is not None and not (node.path in ignored and ctype.endswith("*")):
            yield Hit(node["type"].at, f"the argument '{name}' is {found}")


def _unpassable(ctype: str) -> str | None:
    words, pointer = ctype.rstrip(" *").split(), ctype.endswith("*")
    if ctype.count("*") > 1:
        return "a pointer to a pointer"
    if "void" in words:
        return "a pointer to void, whose size the verifier does not know" if pointer else "nothing: void"
    if not pointer and {"struct", "union"} & set(words):
        return "a whole struct, passed by value"
    if {"float", "double"} & set(words):
        return "a floating-point number"
    return None


@rule(
    "K07",
    "nullable-number",
    "'nullable' on a number",
    "only a pointer can be NULL",
    kernel="kernel/bpf/verifier.c, is_kfunc_arg_nullable(), 6.7 and later",
    hint="remove 'nullable'",
    fixable=True,
)
def nullable_number(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.nullable and not a.pointer:
            edit = without(a.node["nullable"])
            yield Hit(a.node["nullable"].key_at, f"the argument '{a.name}' is not a pointer", edit=edit)


@rule(
    "K11",
    "field-of-unknown-size",
    "a field of unknown size",
    "the size of the opaque struct is computed without a compiler, so a whole struct cannot be a field",
    hint="keep a pointer, or the numbers that are needed; or say its 'size'",
)
def unsized_field(s: Subject) -> Iterator[Hit]:
    for field in s.it.fields:
        if _no_number(field.type) and not field.size:
            yield Hit(field.node["type"].at, f"the field '{field.name}' is neither a number nor a pointer")


def _no_number(ctype: str) -> bool:
    words = set(ctype.rstrip(" *").split())
    return not ctype.endswith("*") and bool({"struct", "union", "void", "double", "float"} & words)


@rule(
    "K12",
    "type-of-unknown-size",
    "a type of unknown size",
    "8 bytes are reserved for it, which is the most a number takes",
    hint="use a type of the kernel such as u32, if the exact size matters",
    severity="warning",
)
def guessed_size(s: Subject) -> Iterator[Hit]:
    kept = [(a.name, a.type, a.node) for a in s.it.arguments if a.keep or a.name == s.it.select]
    for name, ctype, node in [*kept, *((f.name, f.type, f.node) for f in s.it.fields)]:
        known = ctype.endswith("*") or ctype in SIZES or ctype in SCALARS or " " in ctype
        if not known and not _no_number(ctype):
            yield Hit(node["type"].at, f"the size of '{ctype}', the type of '{name}', is not known")
