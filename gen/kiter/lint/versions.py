# SPDX-License-Identifier: GPL-2.0-only
"""V: kernels that the spec, or a part of it, is not for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.spec.node import Node
from kiter.spec.release import NEWEST, Range, spelled
from kiter.spec.rewrite import renamed, replaced


@rule(
    "V01",
    "target-too-old",
    "the target is older than the iterator",
    "an older kernel lacks what the iterator is made of",
    hint="choose a newer target, or earlier 'kernels' if the iterator works there",
)
def too_old(s: Subject) -> Iterator[Hit]:
    if s.it.younger:
        message = f"'{s.it.name}' begins with Linux {spelled(s.it.since)}, the target is {s.profile.release}"
        yield Hit(s.it.node["kernels"].at, message)


@rule(
    "V02",
    "no-walk-for-target",
    "no walk is left for the target",
    "every value of the flag that selects it is for other kernels",
    hint="widen 'kernels' of a value",
)
def nothing_left(s: Subject) -> Iterator[Hit]:
    if not s.it.cases:
        at = s.it.node["arguments"][s.it.select].key_at
        yield Hit(at, f"no value of '{s.it.select}' is for the target, Linux {s.profile.release}")


@rule(
    "V03",
    "no-version-for-target",
    "no version for the target",
    "the text is given per range of kernels, and no range covers this one",
    hint="add or widen a range, such as '6.12-'",
)
def uncovered(s: Subject) -> Iterator[Hit]:
    for slot in s.slots:
        if slot.here and slot.snippet.node.chosen is None:
            yield Hit(slot.snippet.node.key_at, f"'{slot.key}' has no version for Linux {s.profile.release}")


@rule(
    "V04",
    "reversed-range",
    "a range that ends before it begins",
    "no kernel is in it",
    hint="write the older release first",
    fixable=True,
)
def reversed_range(s: Subject) -> Iterator[Hit]:
    for name, node in _named(s):
        span = Range.parse(node.value)
        if span.first > span.last != NEWEST:
            yield Hit(node.at, f"'{name}' ends before it begins", edit=replaced(node, _turned(node.value)))
    for node in _versioned(s):
        for span, item in node.versions:
            if span.first > span.last != NEWEST:
                given = str(item.path[-1])
                edit = renamed(item.document, item.path, _turned(given))
                yield Hit(item.key_at, f"'{given}' ends before it begins", edit=edit)


def _turned(kernels: str) -> str:
    return "-".join(reversed(kernels.split("-")))


@rule(
    "V05",
    "overlapping-ranges",
    "overlapping ranges",
    "a kernel in both would have two versions of one text",
    hint="let the second begin one release after the first ends: both ends are included",
)
def overlapping(s: Subject) -> Iterator[Hit]:
    for node in _versioned(s):
        for (one, first), (other, second) in combinations(node.versions, 2):
            if _overlap(one, other):
                yield Hit(second.key_at, f"'{second.path[-1]}' and '{first.path[-1]}' overlap")


def _overlap(one: Range, other: Range) -> bool:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return first <= last and one.first <= one.last and other.first <= other.last


@rule(
    "V06",
    "part-before-iterator",
    "a part that is older than the iterator",
    "no kernel has the part and the iterator",
    hint="remove the part, or correct its 'kernels' or those of the iterator",
)
def before_birth(s: Subject) -> Iterator[Hit]:
    for name, node in _named(s):
        kernels = Range.parse(node.value)
        if kernels.first <= kernels.last < s.it.since:
            message = f"'{name}' ends with {spelled(kernels.last)}"
            yield Hit(node.at, f"{message}, '{s.it.name}' begins with {spelled(s.it.since)}")
    for node in _versioned(s):
        for span, item in node.versions:
            if span.first <= span.last < s.it.since:
                message = f"'{item.path[-1]}' ends before '{s.it.name}' begins"
                yield Hit(item.key_at, f"{message}, with {spelled(s.it.since)}")


@rule(
    "V07",
    "part-not-on-target",
    "a part that the target does not have",
    "a snippet for this kernel uses an argument, a resource or a helper of other kernels",
    hint="give the snippet per range of kernels, or correct the 'kernels' of what it uses",
)
def missing_part(s: Subject) -> Iterator[Hit]:
    root = s.it.node
    absent = {
        name: node
        for key in ("arguments", "resources", "helpers")
        if (group := root.get(key)) is not None
        for name, node in group.items()
        if not node.here
    }
    for use in s.now if absent else ():
        for name in sorted(use.names & absent.keys()):
            yield Hit(use.at_name(name), f"'{name}' does not exist on Linux {s.profile.release}")


@rule(
    "V08",
    "part-for-no-kernel",
    "a place or a flag for no kernel",
    "the value is given per range of kernels, and the iterator's kernels are in none",
    hint="add or widen a range, such as '6.12-'",
)
def placed_nowhere(s: Subject) -> Iterator[Hit]:
    for node in _maps(s):
        if _switch(node):
            if isinstance(node.value, dict) and not any(item.value for _, item in node.versions):
                yield Hit(node.key_at, f"'{node.path[-1]}' is false for every kernel")
        elif node.chosen is None and not s.it.younger:
            yield Hit(node.key_at, f"'{node.path[-1]}' has no value for Linux {s.profile.release}")


@rule(
    "V09",
    "unsupported-on-target",
    "not supported on the target",
    "the kernel has no flag for it, so it would be silently ignored",
    kernel="include/linux/btf.h, the KF_ flags",
    hint="choose a newer target, or ask for it per range of kernels, such as {7.3-: true}",
)
def beyond_target(s: Subject) -> Iterator[Hit]:
    p, context = s.profile, s.it.node["context"]
    for asked, flag, key in (
        (s.it.context.perfmon, p.perfmon_flag, "perfmon"),
        (s.it.context.spinlock, p.spinlock_flag, "spinlock"),
    ):
        if asked and not flag:
            yield Hit(context[key].key_at, f"Linux {p.release} has nothing for '{key}'")
    for a in s.it.arguments:
        if a.implicit and not p.implicit_flag:
            yield Hit(a.node["implicit"].key_at, f"Linux {p.release} has no implicit arguments")
        if a.nullable and not p.nullable_suffix:
            yield Hit(a.node["nullable"].key_at, f"Linux {p.release} has no nullable arguments")


def _parts(s: Subject) -> Iterator[tuple[str, Node]]:
    """Everything that can be there for some kernels only, whether the target has it or not."""
    yield from ((case.flag, case.node) for case in (*s.every_case, *s.every_value))
    arguments = s.it.node.get("arguments")
    for _, argument in arguments.items() if arguments else ():
        yield from argument["bits"].items() if "bits" in argument.value else ()
    for key in ("arguments", "resources", "helpers", "companions"):
        if (group := s.it.node.get(key)) is not None:
            yield from group.items()


def _named(s: Subject) -> Iterator[tuple[str, Node]]:
    """The `kernels` of each of them, and those of the iterator itself."""
    for name, part in ((s.it.name, s.it.node), *_parts(s)):
        if (given := part.get("kernels")) is not None:
            yield name, given


def _maps(s: Subject) -> Iterator[Node]:
    """The places and switches that may be given per range of kernels."""
    placement, context = s.it.place.node, s.it.node["context"]
    yield from (placement[key] for key in ("file", "declarations", "header") if key in placement.value)
    yield from (context[key] for key in ("perfmon", "spinlock") if key in context.value)


def _switch(node: Node) -> bool:
    return node.path[-1] in {"perfmon", "spinlock"}


def _versioned(s: Subject) -> Iterator[Node]:
    yield from (slot.snippet.node for slot in s.slots)
    yield from _maps(s)
    if (docs := s.it.node.get("docs")) is not None:
        yield docs
