# SPDX-License-Identifier: GPL-2.0-only
"""What the selftests need beside what follows from the rest."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class


@value_class
class Array:
    """A global array of the test programs."""

    name: str
    type: str
    values: tuple[str, ...]


@value_class
class TestCase:
    """One call of new(): the numbers that the walk then visits, or the `errno` that it fails with.

    One that says neither is for comparing with the kernel's own iterator only.
    """

    name: str
    arguments: tuple[tuple[str, str], ...]
    values: tuple[int, ...]
    errno: str
    node: Node

    @property
    def told(self) -> bool:
        """Whether it says what comes of the call."""
        return bool(self.errno) or self.valued

    @property
    def valued(self) -> bool:
        """Whether it says what the walk visits, be it nothing."""
        return "values" in self.node.value


@value_class
class Ask:
    """What a test asks companions of a walk: statements over `it`, the iterator, and `pos`, an element.

    They return `live` while new() has not failed, the end of the walk included, and `empty` when it has.
    """

    name: str
    calls: Snippet
    live: str
    empty: str
    node: Node


@value_class
class Tests:
    """Everything below `tests`."""

    identity: Snippet | None  # the number over `pos` that tells an element
    arguments: tuple[tuple[str, Snippet], ...]  # (name, C) of those that no test knows by itself
    config: tuple[str, ...]  # options beside the guard
    data: tuple[Array, ...]  # what cases pass
    cases: tuple[TestCase, ...]  # calls of new()
    asks: tuple[Ask, ...]  # calls of companions

    @classmethod
    def under(cls, root: Node) -> Tests:
        """From the optional key `tests`."""
        node = root.get("tests")
        if node is None:
            return cls(None, (), (), (), (), ())
        return cls(
            identity=Snippet.under(node, "identity"),
            arguments=tuple((name, Snippet.of(item)) for name, item in _entries(node, "arguments")),
            config=tuple(node.value.get("config", ())),
            data=tuple(
                Array(name, item.text("type"), tuple(item.value["values"]))
                for name, item in _entries(node, "data")
            ),
            cases=tuple(_case(item) for item in _listed(node, "cases")),
            asks=tuple(ask for name, item in _entries(node, "asks") if (ask := _ask(name, item)).calls.text),
        )


def _entries(node: Node, key: str) -> Iterator[tuple[str, Node]]:
    if (item := node.get(key)) is not None:
        yield from item.items()


def _listed(node: Node, key: str) -> Iterator[Node]:
    if (item := node.get(key)) is not None:
        yield from item.each()


def _ask(name: str, node: Node) -> Ask:
    return Ask(name, Snippet.of(node["calls"]), node.text("live"), node.text("empty"), node)


def _case(node: Node) -> TestCase:
    return TestCase(
        name=node.text("name"),
        arguments=tuple(node.value["arguments"].items()),
        values=tuple(node.value.get("values", ())),
        errno=node.text("fails"),
        node=node,
    )
