# SPDX-License-Identifier: GPL-2.0-only
"""What new() looks up or takes before the walk can begin."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class


@value_class
class Resource:
    """A pointer or a buffer."""

    name: str  # what snippets call it
    type: str  # of the pointer; that of an item with "*" for a buffer
    doc: str  # why it cannot be had
    errno: str  # what new() returns then
    fails: tuple[tuple[str, str], ...]  # (errno, reason) of a `get` that gives an ERR_PTR()
    get: Snippet | None  # the pointer, None for a buffer
    put: Snippet | None  # gives it back
    count: Snippet | None  # how many items the buffer has, None for a pointer
    inline: int  # up to so many items of a buffer stay in the state
    fill: Snippet | None  # fills the buffer, and gives 0 or an error
    node: Node  # its entry in the document

    @property
    def buffer(self) -> bool:
        """Whether it is memory that new() fills."""
        return self.count is not None

    @property
    def held(self) -> bool:
        """Whether there is something to give back."""
        return self.put is not None or self.buffer

    @classmethod
    def of(cls, name: str, node: Node) -> Resource:
        """From an entry of `resources`."""
        return cls(
            name=name,
            type=node.text("type"),
            doc=node.text("doc"),
            errno=node.text("errno"),
            fails=tuple(node.value.get("fails", {}).items()),
            get=Snippet.under(node, "get"),
            put=Snippet.under(node, "put"),
            count=Snippet.under(node, "count"),
            inline=int(node.value.get("inline", 0)),
            fill=Snippet.under(node, "fill"),
            node=node,
        )
