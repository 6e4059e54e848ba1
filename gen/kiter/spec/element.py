# SPDX-License-Identifier: GPL-2.0-only
"""What next() returns, and what keeps it valid."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer in the element, as good as the element, and why; `nullable` says that it may be NULL."""

    name: str
    type: str
    nullable: bool
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Element:
    """The type of the elements; `lifetime` is rcu, state, native, held or snapshot.

    `get` and `put` are over pos; with `last`, `put` is true when it was the last reference. With
    `handover` it is the walk that puts the element before.
    """

    type: str
    lifetime: str
    get: Snippet | None
    put: Snippet | None
    last: Snippet | None
    handover: bool
    trusted: tuple[Pointer, ...]
    node: Node

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
