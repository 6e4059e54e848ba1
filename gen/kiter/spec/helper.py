# SPDX-License-Identifier: GPL-2.0-only
"""A C function of the iterator: what no key of the language can say."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class


@value_class
class Helper:
    """A static function that the spec brings."""

    name: str  # of the function
    doc: str  # what it does
    takes: tuple[tuple[str, str], ...]  # (name, C type) of its parameters
    gives: str  # what it returns, "void" for nothing
    body: Snippet  # its statements
    node: Node  # where it stands

    @classmethod
    def of(cls, name: str, node: Node) -> Helper:
        """From an entry of `helpers`."""
        takes = tuple(node.value.get("takes", {}).items())
        return cls(name, node.text("doc"), takes, node.text("gives", "void"), Snippet.of(node["body"]), node)
