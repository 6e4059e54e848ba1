# SPDX-License-Identifier: GPL-2.0-only
"""The SEC("iter/...") form of a walk: a program that is run for each element when a file is read."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.value_class import value_class


@value_class
class SeqForm:
    """What `iter` says."""

    target: str  # the name that programs attach to: "dmabuf" for SEC("iter/dmabuf")
    member: str  # what their context calls the element
    node: Node  # its part of the document

    @classmethod
    def under(cls, root: Node) -> SeqForm | None:
        """From the top of a document, None where it asks for no such form."""
        node = root.get("iter")
        if node is None:
            return None
        target = node.text("target", root.text("iterator"))
        return cls(target, node.text("as", target), node)
