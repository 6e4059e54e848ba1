# SPDX-License-Identifier: GPL-2.0-only
"""What is private to the file that the code joins."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.value_class import value_class

STRUCT = "struct "


@value_class
class Private:
    """A variable or a function by its name, or a struct by its name and keyword."""

    name: str
    type: str  # of a variable or a function, "" for a struct
    members: tuple[tuple[str, str], ...]  # of a struct, those that the code names, with their types
    node: Node  # its entry in the document

    @property
    def struct(self) -> str:
        """The name of a struct without its keyword, "" for anything else."""
        return self.name.removeprefix(STRUCT) if self.members else ""

    @classmethod
    def of(cls, name: str, node: Node) -> Private:
        """From an entry of `private`."""
        if isinstance(node.value, dict):
            return cls(name, "", tuple(node.value.items()), node)
        return cls(name, str(node.value), (), node)
