# SPDX-License-Identifier: GPL-2.0-only
"""The order of a walk on a small sample: a tree, a few numbers, or a list, each element with its number.

Which sample, and which of its elements are visited when, follows from what user space is expected
to see of the walk, and from the kind of walk where nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from kiter.lower.context import LoweringContext
from kiter.spec.walk import FromTo, Index, Repeat
from kiter.value_class import value_class

Tree = Mapping[str, tuple[str, ...]]
CGROUPS: Tree = {"/": ("a", "b"), "a": ("a1", "a2"), "b": ("b1",), "a1": (), "a2": (), "b1": ()}
TASKS: Tree = {"tasks": ("10", "20", "30"), "10": ("10 ", "11"), "20": ("20 ", "21", "22"), "30": ("30 ",)}
CHAIN = ("first", "second", "third", "last")
WIDE, HIGH = 92, 78  # from one element to the next


@value_class
class Node:
    """An element: where it is, its name, its number in the walk ("" if it is not visited)."""

    x: float
    y: float
    name: str
    number: str
    start: bool = False


@value_class
class Figure:
    """A picture."""

    title: str  # for those who do not see it
    visited: tuple[str, ...]  # the names of nodes in the order of the walk
    nodes: tuple[Node, ...]  # all there are
    edges: tuple[tuple[float, float, float, float], ...]  # (x, y, x, y) of each line
    width: float  # in pixels
    height: float  # in pixels


def figures(ctx: LoweringContext) -> Iterator[tuple[str, Figure]]:
    """A name for each walk and its picture, in the order of the spec."""
    for argument in ctx.it.arguments:
        for at, flag in enumerate(argument.flags if argument != ctx.selector else argument.bits):
            reverse = "REV" in flag.flag
            yield f"{argument.name}_{at}", _figure(flag.flag, flag.expect or "list", reverse)
    if any(a.values for a in ctx.it.arguments if a != ctx.selector):
        return
    for case in ctx.cases:
        kind = case.expect or "list"
        if isinstance(case.walk, FromTo):
            kind = "numbers"
        elif isinstance(case.walk, Repeat):
            kind = "times"
        elif isinstance(case.walk, Index):
            kind = "bits"
        yield case.flag or "walk", _figure(case.flag, kind)


def preorder(tree: Tree, root: str) -> Iterator[str]:
    """Parents before their children."""
    yield root
    for child in tree[root]:
        yield from preorder(tree, child)


def postorder(tree: Tree, root: str) -> Iterator[str]:
    """Children before their parents."""
    for child in tree[root]:
        yield from postorder(tree, child)
    yield root


def ancestors(tree: Tree, start: str) -> Iterator[str]:
    """From an element up to the root."""
    yield start
    for parent, children in tree.items():
        if start in children:
            yield from ancestors(tree, parent)


Walk = Callable[[], Iterator[str]]
ORDERS: Mapping[str, tuple[Tree, str, Walk]] = {
    "preorder": (CGROUPS, "/", lambda: preorder(CGROUPS, "/")),
    "postorder": (CGROUPS, "/", lambda: postorder(CGROUPS, "/")),
    "ancestors": (CGROUPS, "a2", lambda: ancestors(CGROUPS, "a2")),
    "children": (CGROUPS, "/", lambda: iter(CGROUPS["/"])),
    "processes": (TASKS, "", lambda: iter(TASKS["tasks"])),
    "processes_from_task": (TASKS, "20", lambda: iter(("20", "30", "10"))),
    "threads": (TASKS, "", lambda: (t for p in TASKS["tasks"] for t in TASKS[p])),
    "own_threads": (TASKS, "20", lambda: iter(TASKS["20"])),
    "members": (TASKS, "", lambda: iter(TASKS["tasks"])),
    "member_threads": (TASKS, "", lambda: (t for p in TASKS["tasks"] for t in TASKS[p])),
}
ROWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "numbers": (("start", "start + 1", "...", "end - 1", "end"), ("start", "start + 1", "...", "end - 1")),
    "times": (("value", "value ", "value  "), ("value", "value ", "value  ")),
    "bits": (("0: 1", "1: 0", "2: 1", "3: 0", "63: 1"), ("0: 1", "2: 1", "63: 1")),
}


def _figure(title: str, kind: str, reverse: bool = False) -> Figure:
    if kind in ORDERS:
        tree, start, walk = ORDERS[kind]
        visited = tuple(walk())
        return _tree(title, tree, start, visited)
    names, visited = ROWS.get(kind, (CHAIN, CHAIN))
    return _row(title, names, visited[::-1] if reverse else visited)


def _named(visited: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for name in visited)


def _tree(title: str, tree: Tree, start: str, visited: tuple[str, ...]) -> Figure:
    """Leaves side by side, each parent above the middle of its children."""
    root = next(iter(tree))
    places: dict[str, tuple[float, float]] = {}
    _place(tree, root, 0, places)
    nodes = tuple(_node(name, *place, visited, start) for name, place in places.items())
    edges = tuple(
        (*places[parent], *places[child]) for parent, children in tree.items() for child in children
    )
    width = max(x for x, _ in places.values()) + WIDE / 2
    return Figure(title, _named(visited), nodes, edges, width, max(y for _, y in places.values()) + 46)


def _place(tree: Tree, name: str, depth: int, places: dict[str, tuple[float, float]]) -> float:
    below = [_place(tree, child, depth + 1, places) for child in tree.get(name, ())]
    leaves = sum(1 for placed in places if not tree.get(placed))
    x = (below[0] + below[-1]) / 2 if below else leaves * WIDE + WIDE / 2
    places[name] = (x, depth * HIGH + 40)
    return x


def _row(title: str, names: tuple[str, ...], visited: tuple[str, ...]) -> Figure:
    places = {name: (at * WIDE + WIDE / 2, 40.0) for at, name in enumerate(names)}
    nodes = tuple(_node(name, *place, visited, "") for name, place in places.items())
    points = list(places.values())
    edges = tuple((*a, *b) for a, b in pairwise(points))
    return Figure(title, _named(visited), nodes, edges, len(names) * WIDE, 86)


def _node(name: str, x: float, y: float, visited: tuple[str, ...], start: str) -> Node:
    number = str(visited.index(name) + 1) if name in visited else ""
    return Node(x, y, name.strip(), "" if name == "..." else number, name == start)
