# SPDX-License-Identifier: GPL-2.0-only
"""V: kernels that the spec, or a part of it, is not for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kiter.lint.rule import Hit, rule
from kiter.lint.subject import Slot, Subject, ranges
from kiter.spec.node import Node
from kiter.spec.release import NEWEST, Range, Release


def spelled(release: Release) -> str:
    """(6, 12) as 6.12."""
    return f"{release[0]}.{release[1]}"


@rule(
    "V01",
    "the target is older than the iterator",
    "an older kernel lacks what the iterator is made of",
    hint="choose a newer target, or an earlier 'since' if the iterator works there",
)
def too_old(s: Subject) -> Iterator[Hit]:
    if s.profile.number < s.it.since:
        message = f"'{s.it.name}' begins with Linux {spelled(s.it.since)}, the target is {s.profile.release}"
        yield Hit(s.it.node["since"].at, message)


@rule(
    "V02",
    "no walk is left for the target",
    "every case is for other kernels",
    hint="widen 'since' or 'until' of a case",
)
def nothing_left(s: Subject) -> Iterator[Hit]:
    if not s.cases:
        yield Hit(s.walk.key_at, f"no case is for the target, Linux {s.profile.release}")


@rule(
    "V03",
    "no version for the target",
    "the text is given per range of kernels, and no range covers this one",
    hint="add or widen a range, such as '6.12-'",
)
def uncovered(s: Subject) -> Iterator[Hit]:
    for slot in s.slots:
        if _wanted(s, slot) and slot.code.on(s.profile.number) is None:
            yield Hit(slot.code.node.key_at, f"'{slot.key}' has no version for Linux {s.profile.release}")


def _wanted(s: Subject, slot: Slot) -> bool:
    return slot.case is None or s.profile.number in slot.case.kernels


@rule(
    "V04",
    "a range that ends before it begins",
    "no kernel is in it",
    hint="write the older release first",
)
def reversed_range(s: Subject) -> Iterator[Hit]:
    for case in s.it.cases:
        if "until" in case.node.value and case.kernels.first > case.kernels.last:
            yield Hit(case.node["until"].at, f"'{case.flag}' ends before it begins")
    for node in _versioned(s):
        for span, item in ranges(node):
            if span.first > span.last != NEWEST:
                yield Hit(item.key_at, f"'{item.path[-1]}' ends before it begins")


@rule(
    "V05",
    "ranges that overlap",
    "a kernel in both would have two versions of one text",
    hint="let the second begin one release after the first ends: both ends are included",
)
def overlapping(s: Subject) -> Iterator[Hit]:
    for node in _versioned(s):
        for (one, first), (other, second) in combinations(ranges(node), 2):
            if _overlap(one, other):
                yield Hit(second.key_at, f"'{second.path[-1]}' and '{first.path[-1]}' overlap")


def _overlap(one: Range, other: Range) -> bool:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return first <= last and one.first <= one.last and other.first <= other.last


@rule(
    "V06",
    "a case from before the iterator",
    "no kernel has the case and the iterator",
    hint="take the case away, or correct 'until' or the iterator's 'since'",
)
def before_birth(s: Subject) -> Iterator[Hit]:
    for case in s.it.cases:
        if case.kernels.first <= case.kernels.last < s.it.since and "until" in case.node.value:
            message = f"'{case.flag}' ends with {spelled(case.kernels.last)}"
            yield Hit(case.node["until"].at, f"{message}, '{s.it.name}' begins with {spelled(s.it.since)}")


def _versioned(s: Subject) -> Iterator[Node]:
    yield from (slot.code.node for slot in s.slots)
    if s.it.docs is not None:
        yield s.it.docs
