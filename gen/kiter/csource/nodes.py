# SPDX-License-Identifier: GPL-2.0-only
"""Finding one's way in a tree of syntax."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter

Node = tree_sitter.Node

_NAMES = frozenset({"identifier", "field_identifier", "type_identifier"})


def text(node: Node | None) -> str:
    """The source of a node on one line, without the kernel's annotations; "" for none."""
    return " ".join((node.text or b"").decode(errors="replace").split()) if node is not None else ""


def named(node: Node, field: str) -> Node | None:
    """A child by its field's name."""
    return node.child_by_field_name(field)


def below(node: Node | None, *types: str) -> Iterator[Node]:
    """Every node of these types inside another, itself included, in the order of the file."""
    waiting = [node] if node is not None else []
    while waiting:
        found = waiting.pop()
        if found.type in types:
            yield found
        waiting.extend(reversed(found.children))


def above(node: Node, *types: str) -> Node | None:
    """The nearest enclosing node of these types."""
    parent = node.parent
    while parent is not None and parent.type not in types:
        parent = parent.parent
    return parent


def name_of(declarator: Node | None) -> Node | None:
    """The name that a declarator declares, however many stars and brackets are round it."""
    while declarator is not None and declarator.type not in _NAMES:
        inner = declarator.child_by_field_name("declarator")
        declarator = inner or (declarator.named_children[0] if declarator.named_children else None)
    return declarator


def declared(declarator: Node | None) -> str:
    """The name that a declarator declares, as text."""
    return text(name_of(declarator))
