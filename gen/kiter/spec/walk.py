# SPDX-License-Identifier: GPL-2.0-only
"""The walks: how next() gets from one element to the next.

`name` is the cursor's name, `type` its C type, or "" for that of the elements; `where` is the condition
of an element that next() returns, and None where it returns all. What holds elements is in source.py.
"""

from __future__ import annotations

from collections.abc import Callable

from kiter.spec.node import Node
from kiter.spec.refusal import errors
from kiter.spec.snippet import Snippet
from kiter.spec.source import SOURCES, Source
from kiter.value_class import value_class

DEFAULT_CURSOR = "pos"
CURRENT = "cur"


@value_class
class Cursor:
    """The next element is an expression over the last one."""

    name: str  # of the cursor
    type: str  # in C, "" for that of the elements
    first: Snippet | None  # the first element, None where that is the next one of NULL
    next: Snippet  # the one behind another
    done: Snippet | None  # releases one that was copied
    where: Snippet | None  # true for an element that the walk stops at
    node: Node  # its part of the document


@value_class
class Start:
    """Where a ring is entered, and how new() knows that the place is still on the ring."""

    at: Snippet
    linked: Snippet
    errno: str
    doc: str
    node: Node


@value_class
class Ring:
    """A circular list with an anchor that never leaves it."""

    name: str  # of the cursor
    type: str  # in C, "" for that of the elements
    anchor: Snippet  # the element that never leaves it
    next: Snippet  # the one behind another
    start: Start | None  # where it is entered, None for the anchor
    where: Snippet | None  # true for an element that the walk stops at
    node: Node  # its part of the document


@value_class
class Raw:
    """Statements that set pos; `reads` and `writes` are what they say they use of the state."""

    name: str
    next: Snippet
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    node: Node


@value_class
class FromTo:
    """Numbers from one argument up to another, at `most` so many; `name` is the field they are in."""

    name: str
    start: str
    end: str
    most: Snippet | None
    node: Node


@value_class
class Repeat:
    """One number, the argument `name`, as often as the argument `times` says."""

    name: str
    times: str
    node: Node


@value_class
class Index:
    """The numbers below `end` that `next` finds, each from the one before on."""

    name: str
    next: Snippet
    end: Snippet
    where: Snippet | None
    node: Node


Numbered = FromTo | Repeat | Index
"""The walks over numbers in the state."""


@value_class
class Native:
    """An iterator that the kernel has."""

    name: str  # what stands for its address in snippets
    type: str  # its struct
    start: Snippet  # begins it
    next: Snippet  # gives its next element, or NULL
    end: Snippet  # ends it
    sticky: bool  # it goes on giving NULL by itself
    node: Node  # its part of the document


@value_class
class Linked:
    """A node of our own in the list that is walked; `name` is the local that holds the element."""

    name: str
    link: Snippet
    next: Snippet
    node: Node


Level = Cursor | Ring | Source


@value_class
class Nested:
    """For each element of `outer`, every element of `inner`."""

    outer: Level
    inner: Level
    node: Node

    @property
    def name(self) -> str:
        """The cursor that holds the elements."""
        return self.inner.name


Walk = Cursor | Ring | Source | Raw | Nested | Numbered | Native | Linked
KINDS = ("cursor", "ring", *SOURCES, "nested", "range", "repeat", "index", "native", "linked", "raw")


def levels(walk: Walk) -> tuple[Level, ...]:
    """The walk over a pointer that it is, or the two that it nests; none for other kinds."""
    if isinstance(walk, Nested):
        return (walk.outer, walk.inner)
    return (walk,) if isinstance(walk, Level) else ()


def start_of(walk: Walk) -> Start | None:
    """Where the ring of a walk, which may be the outer one of two, is entered instead of at its anchor."""
    ring = walk.outer if isinstance(walk, Nested) else walk
    return ring.start if isinstance(ring, Ring) else None


def _named(node: Node) -> tuple[str, str]:
    return node.text("as", DEFAULT_CURSOR), node.text("type")


def _cursor(node: Node) -> Cursor:
    first, done = Snippet.under(node, "first"), Snippet.under(node, "done")
    return Cursor(*_named(node), first, Snippet.of(node["next"]), done, Snippet.under(node, "where"), node)


def _ring(node: Node) -> Ring:
    given = node.get("start")
    start = (
        None
        if given is None
        else Start(Snippet.of(given["from"]), Snippet.of(given["linked"]), *errors(given)[0], given)
    )
    anchor, following, where = (
        Snippet.of(node["anchor"]),
        Snippet.of(node["next"]),
        Snippet.under(node, "where"),
    )
    return Ring(*_named(node), anchor, following, start, where, node)


def _source(kind: str) -> Callable[[Node], Source]:
    return lambda node: Source.under(kind, node, DEFAULT_CURSOR)


def _level(node: Node) -> Level:
    kind, item = next(node.items())
    return LEVELS[kind](item)


def _nested(node: Node) -> Nested:
    outer, inner = node.each()
    return Nested(_level(outer), _level(inner), node)


def _raw(node: Node) -> Raw:
    reads, writes = (tuple(node.value.get(key, ())) for key in ("reads", "writes"))
    return Raw(DEFAULT_CURSOR, Snippet.of(node["next"]), reads, writes, node)


def _range(node: Node) -> FromTo:
    return FromTo(CURRENT, node.text("from"), node.text("to"), Snippet.under(node, "most"), node)


def _repeat(node: Node) -> Repeat:
    return Repeat(node.text("element"), node.text("times"), node)


def _index(node: Node) -> Index:
    following, end, where = Snippet.of(node["next"]), Snippet.of(node["end"]), Snippet.under(node, "where")
    return Index(node.text("as", DEFAULT_CURSOR), following, end, where, node)


def _native(node: Node) -> Native:
    start, following, end = (Snippet.of(node[key]) for key in ("start", "next", "end"))
    sticky = bool(node.value.get("sticky", False))
    name = node.text("as", DEFAULT_CURSOR)
    return Native(name, node.text("type"), start, following, end, sticky, node)


def _linked(node: Node) -> Linked:
    return Linked(DEFAULT_CURSOR, Snippet.of(node["node"]), Snippet.of(node["next"]), node)


LEVELS: dict[str, Callable[[Node], Level]] = {
    "cursor": _cursor,
    "ring": _ring,
    **{kind: _source(kind) for kind in SOURCES},
}
MAKERS: dict[str, Callable[[Node], Walk]] = {
    **LEVELS,
    "nested": _nested,
    "range": _range,
    "repeat": _repeat,
    "index": _index,
    "native": _native,
    "linked": _linked,
    "raw": _raw,
}


def walks_under(node: Node) -> tuple[Walk, ...]:
    """The walks given beside each other; a right spec has exactly one (the linter says so)."""
    return tuple(MAKERS[kind](item) for kind in KINDS if (item := node.get(kind)) is not None)
