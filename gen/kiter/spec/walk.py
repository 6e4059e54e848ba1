# SPDX-License-Identifier: GPL-2.0-only
"""The walks: how next() gets from one element to the next.

`name` is the cursor's name, `type` its C type, or "" for that of the elements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiter.spec.node import Node
from kiter.spec.snippet import Code

DEFAULT_CURSOR = "pos"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next element is an expression over the last one."""

    name: str
    type: str
    first: Code | None
    next: Code
    node: Node


@dataclass(frozen=True, slots=True)
class Start:
    """Where a ring is entered, and how new() knows that the place is still on the ring."""

    at: Code
    linked: Code
    errno: str


@dataclass(frozen=True, slots=True)
class Ring:
    """A circular list with an anchor that never leaves it."""

    name: str
    type: str
    anchor: Code
    next: Code
    start: Start | None
    node: Node


@dataclass(frozen=True, slots=True)
class List:
    """An RCU-protected struct list_head, from its head."""

    name: str
    type: str
    head: Code
    member: str
    node: Node


@dataclass(frozen=True, slots=True)
class Raw:
    """Statements that set pos."""

    name: str
    next: Code
    node: Node


Level = Cursor | Ring | List


@dataclass(frozen=True, slots=True)
class Nested:
    """For each element of `outer`, every element of `inner`."""

    outer: Level
    inner: Level
    node: Node

    @property
    def name(self) -> str:
        """The cursor that holds the elements."""
        return self.inner.name


Walk = Cursor | Ring | List | Raw | Nested
KINDS = ("cursor", "ring", "list", "nested", "raw")


def start_of(walk: Walk) -> Start | None:
    """Where the ring of a walk, which may be the outer one of two, is entered instead of at its anchor."""
    ring = walk.outer if isinstance(walk, Nested) else walk
    return ring.start if isinstance(ring, Ring) else None


def _named(node: Node) -> tuple[str, str]:
    return node.text("as", DEFAULT_CURSOR), node.text("type")


def _cursor(node: Node) -> Cursor:
    return Cursor(*_named(node), Code.under(node, "first"), Code.of(node["next"]), node)


def _ring(node: Node) -> Ring:
    given = node.get("start")
    start = (
        None
        if given is None
        else Start(Code.of(given["from"]), Code.of(given["linked"]), given.text("errno"))
    )
    return Ring(*_named(node), Code.of(node["anchor"]), Code.of(node["next"]), start, node)


def _list(node: Node) -> List:
    return List(*_named(node), Code.of(node["head"]), node.text("member"), node)


def _level(node: Node) -> Level:
    kind, item = next(node.items())
    makers: dict[str, Callable[[Node], Level]] = {"cursor": _cursor, "ring": _ring, "list": _list}
    return makers[kind](item)


def _nested(node: Node) -> Nested:
    outer, inner = node.each()
    return Nested(_level(outer), _level(inner), node)


def _raw(node: Node) -> Raw:
    return Raw(DEFAULT_CURSOR, Code.of(node["next"]), node)


MAKERS: dict[str, Callable[[Node], Walk]] = {
    "cursor": _cursor,
    "ring": _ring,
    "list": _list,
    "nested": _nested,
    "raw": _raw,
}


def walks_under(node: Node) -> tuple[Walk, ...]:
    """The walks given beside each other; a right spec has exactly one (the linter says so)."""
    return tuple(MAKERS[kind](item) for kind in KINDS if (item := node.get(kind)) is not None)
