# SPDX-License-Identifier: GPL-2.0-only
"""W: how the walk is put together: one kind, or several that a flag selects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kiter.lint.rule import Hit
from kiter.lint.subject import Role, Subject, kinds
from kiter.lint.tables import rule
from kiter.names import near, only
from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.node import Node
from kiter.spec.rewrite import replaced, without
from kiter.spec.walk import KINDS, Native, Ring

LARGEST = {"u8": 255, "u16": 65535, "int": 2**31 - 1, "s32": 2**31 - 1, "bool": 1, "char": 127, "s8": 127}
ONE_OF = "one of " + ", ".join(KINDS)


@rule(
    "W01",
    "no walk",
    "a walk says how next() gets from one element to the next",
    hint=f"add {ONE_OF}",
)
def no_walk(s: Subject) -> Iterator[Hit]:
    for case in s.every_case:
        if case.flag and not case.walks:
            yield Hit(case.node.key_at, f"the case '{case.flag}' has no walk")
        elif not case.walks and "select" not in s.walk.value:
            yield Hit(s.walk.key_at, "'walk' has no walk")


@rule(
    "W02",
    "two walks in one place",
    "one value of the flag selects one walk",
    hint="leave one; 'nested' walks inside a walk, 'select' and 'cases' choose between walks",
)
def two_walks(s: Subject) -> Iterator[Hit]:
    for case in s.every_case:
        for extra in kinds(case.node)[1:]:
            where = f"the case '{case.flag}'" if case.flag else "'walk'"
            yield Hit(case.node[extra].key_at, f"{where} has '{kinds(case.node)[0]}' and '{extra}'")


@rule(
    "W03",
    "'select' and 'cases' come together",
    "select names the flag argument, cases say what its values mean",
    hint="add the missing one, or take the other away",
)
def half_select(s: Subject) -> Iterator[Hit]:
    given = [key for key in ("select", "cases") if key in s.walk.value]
    if len(given) == 1:
        missing = "cases" if given[0] == "select" else "select"
        yield Hit(s.walk[given[0]].key_at, f"'{given[0]}' without '{missing}'")


@rule(
    "W04",
    "a walk beside the cases",
    "with cases each walk belongs to one of them, and so does what it is expected to visit",
    hint="move it into a case",
)
def beside_cases(s: Subject) -> Iterator[Hit]:
    if {"select", "cases"} & s.walk.value.keys():
        for key in (*kinds(s.walk), *(["expect"] if "expect" in s.walk.value else [])):
            yield Hit(s.walk[key].key_at, f"'{key}' beside 'select'")


@rule(
    "W05",
    "the selecting argument is not there",
    "select names one of the arguments",
    hint="add an argument of that name, such as flags: {type: unsigned int, ...}",
    mends=True,
)
def unknown_selector(s: Subject) -> Iterator[Hit]:
    if s.it.select and s.it.argument(s.it.select) is None:
        names = [a.name for a in s.it.arguments]
        right = only(s.it.select, names)
        edit = replaced(s.walk["select"], right) if right else None
        yield Hit(
            s.walk["select"].at, f"there is no argument '{s.it.select}'", near(s.it.select, names), edit
        )


def _selector(s: Subject) -> Argument | None:
    return s.it.argument(s.it.select) if s.it.select else None


@rule(
    "W06",
    "a selecting argument that is no integer",
    "the walk is chosen with a switch over the argument's value",
    hint="use unsigned int",
)
def selecting_pointer(s: Subject) -> Iterator[Hit]:
    a = _selector(s)
    if a and (a.pointer or {"struct", "union", "float", "double", "void"} & set(a.type.split())):
        yield Hit(s.walk["select"].at, f"the argument '{a.name}' is no integer but '{a.type}'")


@rule(
    "W07",
    "'enum' or 'defines' in the wrong place",
    "the values that an enum names are those of the argument that selects the walk",
    hint="move it to the selecting argument, or take it away",
)
def stray_enum(s: Subject) -> Iterator[Hit]:
    if s.it.select and _selector(s) is None:
        return  # W05 says that it is misspelt
    for a in s.it.arguments:
        for key in ("enum", "defines"):
            if key in a.node.value and a.name != s.it.select:
                yield Hit(a.node[key].key_at, f"'{key}' on '{a.name}', which selects nothing")


@rule(
    "W08",
    "'enum' and 'defines' at once",
    "the values either exist in the kernel or are defined here",
    hint="use 'enum' for one that the kernel has, 'defines' for a new one",
)
def both_enums(s: Subject) -> Iterator[Hit]:
    for a in s.it.arguments:
        if a.enum and a.defines:
            yield Hit(a.node["defines"].key_at, f"the argument '{a.name}' has 'enum' and 'defines'")


@rule(
    "W09",
    "'value' without an enum of its own",
    "a value can be given only to an enumerator that is defined here",
    hint="take 'value' away, or add 'defines: enum' to the selecting argument",
)
def stray_value(s: Subject) -> Iterator[Hit]:
    a = _selector(s)
    for case in s.every_case:
        if case.value is not None and not (a and a.defines):
            yield Hit(case.node["value"].key_at, f"the value of '{case.flag}' is not decided here")


@rule(
    "W10",
    "two flags with one value",
    "they would be the same case of one switch",
    hint="give each a value of its own, or leave all out to count from 0",
)
def same_value(s: Subject) -> Iterator[Hit]:
    a = _selector(s)
    taken: dict[int, str] = {}
    count = -1
    for case in s.it.cases if a and a.defines else ():
        count = count + 1 if case.value is None else case.value
        if count in taken:
            yield Hit(case.node.key_at, f"'{case.flag}' is {count}, and so is '{taken[count]}'")
        taken.setdefault(count, case.flag)


@rule(
    "W11",
    "a value that the argument cannot have",
    "a program passes the value in an argument of this type",
    hint="use a smaller value, or u64 for the argument",
)
def large_value(s: Subject) -> Iterator[Hit]:
    a = _selector(s)
    if a is None or not a.defines:
        return
    largest = LARGEST.get(a.type, 2**32 - 1)
    for case in s.every_case:
        if case.value is not None and case.value > largest:
            yield Hit(case.node["value"].at, f"{case.value} is more than {largest}, the most of '{a.type}'")


@rule(
    "W12",
    "'requires' names no argument",
    "requires lists the nullable arguments that a case cannot do without",
    hint="use the name of an argument",
    mends=True,
)
def unknown_required(s: Subject) -> Iterator[Hit]:
    for case in s.every_case:
        for name in case.requires:
            if s.it.argument(name) is None:
                names = [a.name for a in s.it.arguments if a.nullable]
                item, right = _required(case, name), only(name, names)
                edit = replaced(item, right) if right else None
                yield Hit(item.at, f"there is no argument '{name}'", near(name, names), edit)


@rule(
    "W13",
    "'requires' names an argument that cannot be NULL",
    "the verifier refuses NULL for it already",
    kernel="kernel/bpf/verifier.c, check_kfunc_args()",
    hint="take it out of the list, or add 'nullable: true' to the argument",
    mends=True,
)
def required_anyway(s: Subject) -> Iterator[Hit]:
    for case in s.every_case:
        for name in case.requires:
            a = s.it.argument(name)
            if a is not None and not a.nullable:
                item = _required(case, name)
                yield Hit(item.at, f"'{name}' is never NULL", edit=without(item))


def _required(case: Case, name: str) -> Node:
    return next(item for item in case.node["requires"].each() if item.value == name)


@rule(
    "W14",
    "a ring as the inner walk",
    "an inner walk begins anew for each outer element, from NULL, and a ring has no element before its first",
    hint="use 'cursor' with 'first', or 'list'",
)
def inner_ring(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        if level.role is Role.INNER and isinstance(level.walk, Ring):
            yield Hit(level.walk.node.key_at, "the inner walk is a ring")


@rule(
    "W15",
    "the outer walk has no cursor of its own",
    "the inner walk's snippets name the outer element, so the two need different names",
    hint="add 'as: NAME' to the outer walk",
)
def same_cursor(s: Subject) -> Iterator[Hit]:
    for outer, inner in pairwise(s.levels):
        if inner.role is Role.INNER and inner.walk.name == outer.walk.name:
            yield Hit(outer.walk.node.key_at, f"both walks call their cursor '{inner.walk.name}'")


@rule(
    "W16",
    "a cursor of another type",
    "only the outer walk of a nested one may step over something else than elements",
    hint="take 'type' away, or make this the outer walk of a nested one",
)
def other_type(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        own = isinstance(level.walk, Native)
        if level.role is not Role.OUTER and level.type and level.type != s.it.element and not own:
            message = f"the cursor '{level.walk.name}' holds the elements, which are '{s.it.element}'"
            yield Hit(level.walk.node["type"].at, message)


@rule(
    "W17",
    "one cursor with two types",
    "cursors of the same name share a field of the state",
    hint="give one of them another name with 'as'",
)
def two_types(s: Subject) -> Iterator[Hit]:
    types: dict[str, str] = {}
    for level in s.levels:
        ctype = level.type or s.it.element
        if types.setdefault(level.walk.name, ctype) != ctype:
            message = f"the cursor '{level.walk.name}' is '{types[level.walk.name]}' elsewhere"
            yield Hit(level.walk.node.key_at, message)


@rule(
    "W18",
    "the elements are in different cursors",
    "next() looks in one place for the element, whatever the flag; a single ring is an exception",
    hint="let the walks that hold the elements use the same 'as', or none",
)
def scattered(s: Subject) -> Iterator[Hit]:
    holding = [
        level
        for level in s.levels
        if level.case.node.here
        and level.role is not Role.OUTER
        and not (level.role is Role.ONLY and isinstance(level.walk, Ring))
    ]
    for level in holding[1:]:
        if (name := level.walk.name) != (wanted := holding[0].walk.name):
            yield Hit(level.walk.node.key_at, f"the elements are in '{name}' here, in '{wanted}' before")
