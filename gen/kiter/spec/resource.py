# SPDX-License-Identifier: GPL-2.0-only
"""What new() looks up, takes or allocates before the walk can begin."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.refusal import Error, errors
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class


@value_class
class Resource:
    """What an expression gives."""

    name: str  # what snippets call it
    type: str  # in C, a pointer where it may fail to be acquired
    get: Snippet  # gives it
    fails: tuple[Error, ...]  # with which it cannot be acquired: NULL for one, an ERR_PTR() for several
    put: Snippet | None  # releases it
    early: bool  # it comes before the checks and the flags
    node: Node  # its entry in the document

    @property
    def held(self) -> bool:
        """Whether there is something to release."""
        return self.put is not None

    @classmethod
    def of(cls, name: str, node: Node) -> Resource:
        """From an entry of `resources`."""
        get, put = Snippet.of(node["get"]), Snippet.under(node, "put")
        early = bool(node.value.get("early", False))
        return cls(name, node.text("type"), get, errors(node), put, early, node)


@value_class
class Buffer:
    """Memory that new() allocates and fills."""

    name: str  # what snippets call it
    item: str  # the C type of an item
    count: Snippet  # how many items it has
    inline: int  # up to so many of them stay in the state
    fill: Snippet | None  # fills it, and gives 0 or an error
    fails: tuple[Error, ...]  # what new() returns for that error; one, and none without `fill`
    node: Node  # its entry in the document

    @property
    def type(self) -> str:
        """The C type of the pointer to it."""
        return f"{self.item}{'' if self.item.endswith('*') else ' '}*"

    @property
    def held(self) -> bool:
        """Whether there is something to release."""
        return True

    @classmethod
    def of(cls, name: str, node: Node) -> Buffer:
        """From an entry of `buffers`."""
        count, fill = Snippet.of(node["count"]), Snippet.under(node, "fill")
        inline = int(node.value.get("inline", 0))
        return cls(name, node.text("type"), count, inline, fill, errors(node), node)


Taken = Resource | Buffer
