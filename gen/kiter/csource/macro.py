# SPDX-License-Identifier: GPL-2.0-only
"""Macros of a C file: those that it defines, and what it invokes outside of any function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.csource import comments
from kiter.csource.items import Item
from kiter.csource.nodes import Node, named, text
from kiter.csource.parse import ALONE
from kiter.value_class import value_class


@value_class(eq=False)
class Macro:
    """A #define; `value` is what it stands for, "" for nothing."""

    name: str
    value: str
    node: Node


@value_class
class Invocation:
    """A macro or function with its arguments outside of any function; `row` is where it begins, from 0."""

    name: str
    arguments: tuple[str, ...]
    row: int


def defined(item: Item) -> Macro:
    """The macro that an item defines."""
    value = text(named(item.node, "value"))
    return Macro(text(named(item.node, "name")), " ".join(comments.blanked(value).split()), item.node)


def invoked(items: Iterable[Item], data: bytes) -> tuple[Invocation, ...]:
    """Everything that is invoked, in the order of the file."""
    inner = (node for item in items if item.kind == "statement" for node in item.node.named_children)
    found = [_call(node) for node in inner if node.type == "call_expression"]
    return tuple(sorted([*found, *_alone(data)], key=lambda one: one.row))


def _call(node: Node) -> Invocation:
    given = named(node, "arguments")
    words = tuple(map(text, given.named_children)) if given is not None else ()
    return Invocation(text(named(node, "function")), words, node.start_point.row)


def _alone(data: bytes) -> Iterator[Invocation]:
    """What takes no semicolon, which the parser does not see."""
    row = begin = 0
    for found in ALONE.finditer(data):
        row += data.count(b"\n", begin, found.start())
        begin = found.start()
        name, _, rest = found[0].decode(errors="replace").partition("(")
        words = rest.rpartition(")")[0].split(",")
        yield Invocation(name, tuple(" ".join(word.split()) for word in words), row)
