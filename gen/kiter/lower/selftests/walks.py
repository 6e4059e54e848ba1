# SPDX-License-Identifier: GPL-2.0-only
"""walks[], the table of a test: each walk that there is, and what is known of it (struct iter_walk)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.fixtures.fixture import Fixture, Oracle
from kiter.lower.context import LoweringContext
from kiter.lower.selftests.frame import held
from kiter.lower.selftests.variants import Variant
from kiter.lower.view_class import view_class
from kiter.spec.testcase import TestCase


@view_class()
class Walk:
    """One of them."""

    name: str  # in the names of its subtests
    members: tuple[tuple[str, str], ...] = ()  # those that are not zero, and their values
    values: tuple[int, ...] = ()  # the numbers that it gives


def of_objects(ctx: LoweringContext, found: Fixture, given: Iterable[Variant]) -> tuple[Walk, ...]:
    """Those over objects: a variant for each."""
    return tuple(Walk(variant.name, tuple(_members(ctx, found, variant))) for variant in given)


def of_numbers(cases: Iterable[TestCase]) -> tuple[Walk, ...]:
    """Those over numbers: cases say what they give."""
    return tuple(Walk(case.name, tuple(_answer(case)), case.values) for case in cases)


def _answer(case: TestCase) -> Iterator[tuple[str, str]]:
    if case.errno:
        yield "err", f"-{case.errno}"


def _members(ctx: LoweringContext, found: Fixture, variant: Variant) -> Iterator[tuple[str, str]]:
    handles = held(ctx)
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
