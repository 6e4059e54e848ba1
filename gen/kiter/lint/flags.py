# SPDX-License-Identifier: GPL-2.0-only
"""P05, P06, P11, W05 to W11: flags, their values and their bits."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.spec.argument import Argument
from kiter.spec.enumerators import numbers

FLAG_KEYS = ("enum", "defines", "values", "bits", "reserved")
LARGEST = {"u8": 255, "u16": 65535, "int": 2**31 - 1, "s32": 2**31 - 1, "bool": 1, "char": 127, "s8": 127}
WIDE = {"u64", "unsigned long", "size_t"}
NO_NUMBER = {"struct", "union", "float", "double", "void", "bool"}


def _given(a: Argument) -> list[str]:
    """What makes it a flag argument."""
    return [key for key in FLAG_KEYS if key in a.node.value]


@rule(
    "P05",
    "argument-without-type",
    "an argument without a type",
    "only flags have a usual type, unsigned int",
    hint="add 'type:'",
)
def untyped(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if "type" not in a.node.value and not _given(a):
            yield Hit(a.node.key_at, f"'{a.name}' has no type")


@rule(
    "P06",
    "flags-not-integer",
    "flags that are not an integer",
    "flags are bits of an integer",
    hint="use an integer type, such as u64, or leave 'type' out",
)
def no_integer(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if _given(a) and (a.pointer or NO_NUMBER & {*a.type.split()}):
            key = _given(a)[0]
            yield Hit(a.node[key].key_at, f"'{key}' on '{a.name}', which is '{a.type}'")


@rule(
    "P11",
    "ineffective-flags",
    "flags without effect",
    "new() accepts them, but they do nothing",
    hint="use the argument where the walk depends on it, or reject every bit with 'reserved: true'",
    severity="warning",
)
def idle_flags(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        key = "bits" if a.bits else "values"
        idle = a.bits or (a.values and not any(value.walks for value in a.values))
        if idle and not any(a.name in use.names for use in s.now):
            yield Hit(a.node[key].key_at, f"nothing uses '{a.name}'")


@rule(
    "W05",
    "two-selecting-flags",
    "two flag arguments that select the walk",
    "next() switches over one argument",
    hint="let one of them select the walks; snippets can test the other",
)
def two_selectors(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.name != s.it.select and any(case.walks for case in a.values):
            yield Hit(a.node["values"].key_at, f"'{a.name}' selects a walk, as '{s.it.select}' does")


@rule(
    "W07",
    "enum-without-flags",
    "an enum without flags",
    "'enum' and 'defines' say where the flags of 'values' and 'bits' are",
    hint="name the flags that new() accepts, or remove it",
)
def empty_enum(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        named = {"values", "bits"} & a.node.value.keys()
        for key in ("enum", "defines"):
            if key in a.node.value and not named:
                yield Hit(a.node[key].key_at, f"'{key}' on '{a.name}', which has no flags")


@rule(
    "W09",
    "value-without-enum",
    "'value' without an enum of its own",
    "a value can be given only to an enumerator that is defined here",
    hint="remove 'value', or add 'defines: enum' to the argument",
)
def stray_value(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        for flag in a.flags:
            if flag.value and flag not in a.defined:
                yield Hit(flag.node["value"].key_at, f"the value of '{flag.flag}' is not defined here")


@rule(
    "W10",
    "duplicate-flag-value",
    "two flags with one value",
    "new() could not tell which of them is meant",
    hint="give each a value of its own, bits one above all values, or leave all out to count",
)
def same_value(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        known, bits = numbers(a), [bit.flag for bit in a.bits]
        taken: dict[int, str] = {}
        for flag in (f for f in a.flags if f.flag in known):
            number = known[flag.flag]
            if number in taken:
                yield Hit(flag.node.key_at, f"'{flag.flag}' is {number}, and so is '{taken[number]}'")
            taken.setdefault(number, flag.flag)
        for value in a.values:
            for bit in (b for b in bits if known.get(b, 0) & known.get(value.flag, 0)):
                yield Hit(value.node.key_at, f"'{value.flag}' has the bit '{bit}'")


@rule(
    "W08",
    "bits-beside-an-enum",
    "an enum of the kernel and one defined here, without bits that have their values",
    "the values are those of the kernel's enum, which may have any bit that a count begins with",
    hint="give 'bits' values above all of the enum, such as 'value: BIT(31)', or take one of the two away",
)
def uncounted_bit(s: Subject) -> Iterator[Hit]:
    for a in (a for a in s.it.arguments if a.enum and a.defines):
        if not a.bits:
            yield Hit(a.node["defines"].key_at, f"'defines' beside 'enum' on '{a.name}', which has no bits")
        for bit in a.bits:
            if not bit.value:
                yield Hit(bit.node.key_at, f"'{bit.flag}' has no value, beside those of 'enum {a.enum}'")


@rule(
    "W11",
    "unrepresentable-value",
    "a value that the argument cannot hold",
    "a program passes the value in an argument of this type",
    hint="use a smaller value, or u64 for the argument",
)
def large_value(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        largest = LARGEST.get(a.type, 2**64 - 1 if a.type in WIDE else 2**32 - 1)
        known = numbers(a)
        for flag in a.flags:
            if known.get(flag.flag, 0) > largest:
                at = flag.node.get("value") or flag.node
                message = f"{known[flag.flag]} is more than {largest}, the most of '{a.type}'"
                yield Hit(at.at if at is not flag.node else at.key_at, message)


@rule(
    "W06",
    "enumerator-not-a-name",
    "an enumerator that is not a name",
    "'defines' defines its enumerators, so each must be a name",
    hint="use a name, or remove 'defines' where the kernel has what the value is made of",
)
def unnamed(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        for flag in a.defined:
            if not flag.flag.isidentifier():
                yield Hit(flag.node.key_at, f"'{flag.flag}' cannot be defined")
