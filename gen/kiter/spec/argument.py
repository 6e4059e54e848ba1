# SPDX-License-Identifier: GPL-2.0-only
"""An argument of new()."""

from __future__ import annotations

from kiter.spec.case import Case
from kiter.spec.node import Node
from kiter.spec.release import Release
from kiter.value_class import value_class

FLAGS = "unsigned int"  # the type of flags that say none


@value_class
class Bit:
    """A bit that a flag argument may have beside others."""

    flag: str  # the enumerator
    doc: str  # what it means
    value: str  # of the enumerator, as C, where the iterator defines it and it is not just the next
    expect: str  # what user space should see with it alone
    since: Release  # the first kernel that has it
    node: Node  # its entry in the document

    @classmethod
    def of(cls, flag: str, node: Node, root: Node) -> Bit:
        """From an entry of `bits` of the document `root`."""
        since = max(node.kernels.first, root.kernels.first)
        return cls(flag, node.text("doc"), node.text("value"), node.text("expect"), since, node)


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
    enum: str  # the kernel's enum of its flags
    defines: str  # "enum" or "enum NAME" when the iterator brings one along; beside `enum`, of the bits alone
    values: tuple[Case, ...]  # of which a flag argument has one
    bits: tuple[Bit, ...]  # which it may have in any combination, beside a value where there are values
    reserved: bool  # it must be 0
    node: Node  # its entry in the document

    @property
    def pointer(self) -> bool:
        """Whether it is a pointer."""
        return self.type.endswith("*")

    @property
    def brought(self) -> str:
        """The tag of the enum that the iterator brings along, "" for one without, and for none."""
        return self.defines.removeprefix("enum").strip()

    @property
    def restricted(self) -> bool:
        """Whether new() must look at its value."""
        return bool(self.bits or self.values or self.reserved)

    @property
    def flags(self) -> tuple[Case | Bit, ...]:
        """Everything that a flag argument may be or have."""
        return (*self.values, *self.bits)

    @property
    def defined(self) -> tuple[Case | Bit, ...]:
        """Those that the iterator brings along."""
        if self.enum:
            return self.bits if self.defines else ()
        return self.flags if self.defines else ()

    @classmethod
    def of(cls, name: str, node: Node, root: Node) -> Argument:
        """From an entry of `arguments`, which is a part of the spec `root`."""
        return cls(
            name=name,
            type=node.text("type", FLAGS),
            doc=node.text("doc"),
            keep=node.text("keep"),
            nullable=bool(node.value.get("nullable", False)),
            rcu=node.text("trust") == "rcu",
            ignored=bool(node.value.get("ignored", False)),
            implicit=bool(node.value.get("implicit", False)),
            enum=node.text("enum"),
            defines=node.text("defines"),
            values=tuple(Case.of(flag, item, root) for flag, item in node.present("values")),
            bits=tuple(Bit.of(flag, item, root) for flag, item in node.present("bits")),
            reserved=bool(node.value.get("reserved", False)),
            node=node,
        )
