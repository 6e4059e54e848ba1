# SPDX-License-Identifier: GPL-2.0-only
"""What next() returns, and what keeps it valid."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class


@value_class
class Pointer:
    """A pointer in the element, as good as the element, and why; `nullable` says that it may be NULL."""

    name: str
    type: str
    nullable: bool
    doc: str = ""


@value_class
class Element:
    """What next() returns."""

    type: str  # in C
    lifetime: str  # what keeps it valid: rcu, state, native, held or snapshot
    get: Snippet | None  # takes what must be held of the element pos
    put: Snippet | None  # gives it back; with `last` a condition, true for the last reference
    last: Snippet | None  # what becomes of the element then
    handover: bool  # the walk itself puts the element before
    trusted: tuple[Pointer, ...]  # its fields that are as good as the element
    node: Node  # its part of the document

    @classmethod
    def of(cls, node: Node) -> Element:
        """From `element`."""
        get, put, last = (Snippet.under(node, key) for key in ("get", "put", "last"))
        handover = bool(node.value.get("handover", False))
        given = node["trusted"].items() if node.get("trusted") else ()
        trusted = tuple(_pointer(name, below) for name, below in given)
        return cls(node.text("type"), node.text("lifetime"), get, put, last, handover, trusted, node)


def _pointer(name: str, node: Node) -> Pointer:
    """From what `trusted` says of one name."""
    return Pointer(
        name, node.text("type"), bool(node.value.get("nullable", False)), node.value.get("doc", "")
    )
