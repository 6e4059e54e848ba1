# SPDX-License-Identifier: GPL-2.0-only
"""walks[], the table of a test over kernel objects: a variant for each walk, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.fixtures.fixture import Fixture, Oracle
from kiter.lower.context import LoweringContext
from kiter.lower.selftests.frame import held
from kiter.lower.selftests.variants import Variant
from kiter.lower.view_class import view_class

Members = tuple[tuple[str, str], ...]


@view_class()
class Column:
    """A member of the variants: its declaration, and what a reader must know of it."""

    declaration: str
    note: str = ""


# in their order, behind the name
COLUMNS = {
    "expect": Column("void (*expect)(int start, struct ids *want)"),
    "first": Column("bool first"),
    "begins": Column("bool begins"),
    "empties": Column("bool empties"),
    "meets": Column("bool meets"),
    "null": Column("int null"),
    "gone": Column("int gone", "1 for whatever new() says"),
}


def columns(given: Iterable[Members]) -> tuple[Column, ...]:
    """Those that some variant uses."""
    used = {name for members in given for name, _ in members}
    return tuple(column for name, column in COLUMNS.items() if name in used)


def members(ctx: LoweringContext, found: Fixture, given: Iterable[Variant]) -> tuple[Members, ...]:
    """For each variant the members that are not zero."""
    return tuple(tuple(_members(ctx, found, variant)) for variant in given)


def _members(ctx: LoweringContext, found: Fixture, variant: Variant) -> Iterator[tuple[str, str]]:
    handles = held(ctx)
    yield "name", f'"{variant.name}"'
    if variant.oracle:
        yield "expect", variant.oracle.function
        yield from ((name, "true") for name in _seen(variant.oracle, found, bool(handles)))
    if variant.needs and any(a.nullable for a, _ in handles):
        yield "null", "-EINVAL"
    if handles and variant.gone != "0":
        yield "gone", variant.gone


def _seen(oracle: Oracle, found: Fixture, handle: bool) -> Iterator[str]:
    """What is known of a walk that user space sees."""
    if handle and oracle.first:
        yield "first"
    if handle and oracle.alone:
        yield "begins"
    if handle and oracle.gone:
        yield "empties"
    if found.creates and oracle.added:
        yield "meets"
