# SPDX-License-Identifier: GPL-2.0-only
"""An argument of new()."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.value_class import value_class


@value_class
class Value:
    """A value, or one bit of it, that a flag argument may have; `c` is how C spells it."""

    c: str
    doc: str
    expect: str
    node: Node


@value_class
class Argument:
    """One argument after the iterator itself."""

    name: str  # in the prototype, without suffixes
    type: str  # in C
    doc: str  # what it is
    keep: str  # how a stored one stays valid: "rcu" or "copy"; "" for one that is not stored
    nullable: bool  # a program may pass NULL
    rcu: bool  # RCU need only keep the object alive during the call
    ignored: bool  # the verifier takes any value
    implicit: bool  # the verifier supplies it
    enum: str  # the kernel's enum of its values
    defines: str  # "enum" or "enum NAME" when the iterator brings that enum along
    bits: tuple[Value, ...]  # what a flag argument that selects no walk may have, in any combination
    combinations: tuple[Value, ...]  # or what it may be
    reserved: bool  # it must be 0
    node: Node  # its entry in the document

    @property
    def pointer(self) -> bool:
        """Whether it is a pointer."""
        return self.type.endswith("*")

    @property
    def restricted(self) -> bool:
        """Whether new() must look at its value, though it selects no walk."""
        return bool(self.bits or self.combinations or self.reserved)

    @classmethod
    def of(cls, name: str, node: Node) -> Argument:
        """From an entry of `arguments`."""
        return cls(
            name=name,
            type=node.text("type"),
            doc=node.text("doc"),
            keep=node.text("keep"),
            nullable=bool(node.value.get("nullable", False)),
            rcu=node.text("trust") == "rcu",
            ignored=bool(node.value.get("ignored", False)),
            implicit=bool(node.value.get("implicit", False)),
            enum=node.text("enum"),
            defines=node.text("defines"),
            bits=_values(node, "bits"),
            combinations=_values(node, "combinations"),
            reserved=bool(node.value.get("reserved", False)),
            node=node,
        )


def _values(node: Node, key: str) -> tuple[Value, ...]:
    given = node.get(key)
    if given is None:
        return ()
    return tuple(Value(c, item.text("doc"), item.text("expect"), item) for c, item in given.items())
