# SPDX-License-Identifier: GPL-2.0-only
"""W: how the walk is put together: one kind, or several that a flag selects."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kiter.lint.rule import Hit
from kiter.lint.subject import Role, Subject, kinds
from kiter.lint.tables import rule
from kiter.names import near, only
from kiter.spec.case import Case
from kiter.spec.node import Node
from kiter.spec.rewrite import replaced, without
from kiter.spec.walk import KINDS, Native, Ring

ONE_OF = "one of " + ", ".join(KINDS)


@rule(
    "W01",
    "no-walk",
    "no walk",
    "a walk says how next() gets from one element to the next",
    hint=f"add {ONE_OF}",
)
def no_walk(s: Subject) -> Iterator[Hit]:
    for case in s.every_case:
        if case.flag and not case.walks:
            yield Hit(case.node.key_at, f"'{case.flag}' has no walk")
        elif not case.walks:
            at = s.walk.key_at if "walk" in s.it.node.value else s.it.node["iterator"].key_at
            yield Hit(at, "there is no walk")


@rule(
    "W02",
    "conflicting-walks",
    "two walks in one place",
    "one value of the flag selects one walk",
    hint="leave one; 'nested' walks inside a walk, the 'values' of a flag select between walks",
)
def two_walks(s: Subject) -> Iterator[Hit]:
    for case in s.every_case:
        for extra in kinds(case.node)[1:]:
            where = f"'{case.flag}'" if case.flag else "'walk'"
            yield Hit(case.node[extra].key_at, f"{where} has '{kinds(case.node)[0]}' and '{extra}'")


@rule(
    "W04",
    "walk-beside-flag-walks",
    "a walk beside those that a flag selects",
    "each walk belongs to one of the values, and so does what it is expected to visit",
    hint="move it to a value",
)
def beside_cases(s: Subject) -> Iterator[Hit]:
    for key in (*kinds(s.walk), "expect") if s.it.select else ():
        if key in s.walk.value:
            yield Hit(s.walk[key].key_at, f"'{key}' beside the values of '{s.it.select}'")


@rule(
    "W12",
    "requires-unknown-argument",
    "'requires' names no argument",
    "'requires' lists the nullable arguments that a case needs",
    hint="use the name of an argument",
    fixable=True,
)
def unknown_required(s: Subject) -> Iterator[Hit]:
    for case in (*s.every_case, *s.every_value):
        for name in case.requires:
            if s.it.argument(name) is None:
                names = [a.name for a in s.it.arguments if a.nullable]
                item, right = _required(case, name), only(name, names)
                edit = replaced(item, right) if right else None
                yield Hit(item.at, f"there is no argument '{name}'", near(name, names), edit)


@rule(
    "W13",
    "requires-non-nullable",
    "'requires' names an argument that cannot be NULL",
    "the verifier rejects NULL for it already",
    kernel="kernel/bpf/verifier.c, check_kfunc_args()",
    hint="remove it from the list, or add 'nullable: true' to the argument",
    fixable=True,
)
def required_anyway(s: Subject) -> Iterator[Hit]:
    for case in (*s.every_case, *s.every_value):
        for name in case.requires:
            a = s.it.argument(name)
            if a is not None and not a.nullable:
                item = _required(case, name)
                yield Hit(item.at, f"'{name}' is never NULL", edit=without(item))


def _required(case: Case, name: str) -> Node:
    return next(item for item in case.node["requires"].each() if item.value == name)


@rule(
    "W14",
    "circular-inner-walk",
    "a circular list as the inner walk",
    "an inner walk starts from NULL for each outer element, and a circular list has none before its first",
    hint="use 'cursor' with 'first', or 'list'",
)
def inner_ring(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        if level.role is Role.INNER and isinstance(level.walk, Ring):
            yield Hit(level.walk.node.key_at, "the inner walk is a circular list")


@rule(
    "W15",
    "outer-walk-without-cursor",
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
    "cursor-type-mismatch",
    "a cursor of another type",
    "only the outer walk of a nested one may visit other objects than elements",
    hint="remove 'type', or make this the outer walk of a nested one",
)
def other_type(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        own = isinstance(level.walk, Native)
        if level.role is not Role.OUTER and level.type and level.type != s.it.element and not own:
            message = f"the cursor '{level.walk.name}' holds the elements, which are '{s.it.element}'"
            yield Hit(level.walk.node["type"].at, message)


@rule(
    "W17",
    "conflicting-cursor-types",
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
    "elements-in-different-cursors",
    "the elements are in different cursors",
    "next() reads the element from one field, whatever the flag; a single circular list is an exception",
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
