# SPDX-License-Identifier: GPL-2.0-only
"""An argument of new()."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.spec.node import Node


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument after the iterator itself.

    `keep` is "", "rcu" or "copy"; `enum` names the kernel's enum of its values, `defines` is
    "enum" or "enum NAME" when the iterator brings that enum along.
    """

    name: str
    type: str
    doc: str
    keep: str
    nullable: bool
    enum: str
    defines: str
    node: Node

    @property
    def pointer(self) -> bool:
        """Whether it is a pointer."""
        return self.type.endswith("*")

    @classmethod
    def of(cls, name: str, node: Node) -> Argument:
        """From an entry of `arguments`."""
        return cls(
            name=name,
            type=node.text("type"),
            doc=node.text("doc"),
            keep=node.text("keep"),
            nullable=bool(node.value.get("nullable", False)),
            enum=node.text("enum"),
            defines=node.text("defines"),
            node=node,
        )
