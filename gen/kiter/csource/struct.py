# SPDX-License-Identifier: GPL-2.0-only
"""Structs of a C file: their members, and how they are laid out as far as the text shows it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from kiter.btf import types
from kiter.csource.items import Item
from kiter.csource.nodes import Node, below, declared, named, text
from kiter.value_class import value_class

_SIZES = {
    1: ("bool", "char", "u8", "s8", "__u8", "__s8"),
    2: ("u16", "s16", "__u16", "__s16"),
    4: ("int", "unsigned int", "u32", "s32", "__u32", "__s32", "pid_t"),
    8: ("long", "unsigned long", "size_t", "u64", "s64", "__u64", "__s64"),
}
SIZE_OF = {name: size for size, names in _SIZES.items() for name in names}
_NARROW = ("long", "unsigned long", "size_t")  # have 4 bytes where pointers have
_LARGEST_ARRAY = 1_000_000


@value_class(eq=False)
class Field:
    """A member of a struct as it is declared."""

    node: Node

    @cached_property
    def name(self) -> str:
        """Its name; "" for one that has none."""
        return declared(named(self.node, "declarator"))

    @cached_property
    def type(self) -> str:
        """Its type, without a pointer's stars and an array's brackets."""
        qualifiers = [text(child) for child in self.node.children if child.type == "type_qualifier"]
        return " ".join([*qualifiers, text(named(self.node, "type"))])

    @cached_property
    def stars(self) -> int:
        """How many pointers lead to what it holds."""
        return sum(1 for _ in below(named(self.node, "declarator"), "pointer_declarator"))

    @cached_property
    def length(self) -> int | None:
        """The elements of an array, 1 for what is none; None where the text does not say it."""
        arrays = list(below(named(self.node, "declarator"), "array_declarator"))
        count = text(named(arrays[0], "size")) if arrays else "1"
        plain = (
            len(arrays) <= 1 and count.isascii() and count.isdigit() and len(count) < len(str(_LARGEST_ARRAY))
        )
        return int(count) if plain else None

    @property
    def size(self) -> int | None:
        """Its bytes on a 64-bit machine; None where the text does not say it."""
        each = 8 if self.stars else SIZE_OF.get(self.type)
        return each * self.length if each and self.length is not None else None

    @property
    def narrow(self) -> int | None:
        """Its bytes on a 32-bit machine, likewise."""
        halved = self.stars or self.type in _NARROW
        return self.size // 2 if self.size and halved else self.size


@value_class(eq=False)
class Struct:
    """A struct that a file defines; `data` is the file as it is."""

    name: str
    item: Item
    data: bytes

    @property
    def node(self) -> Node:
        """All of it."""
        return self.item.node

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Its members."""
        body = named(self.node, "body")
        found = body.named_children if body is not None else []
        return tuple(Field(node) for node in found if node.type == "field_declaration")

    @cached_property
    def layout(self) -> types.Struct:
        """The members that are numbers, pointers or arrays of such, with their places."""
        size = alignment = 0
        members: list[types.Member] = []
        for one in self._plain():
            each = 8 if one.stars else SIZE_OF.get(one.type, 0)
            alignment = max(alignment, each)
            size = -(-size // max(each, 1)) * each
            members.append(types.Member(one.name, _spelled(one), 8 * size))
            size += each * (one.length or 1)
        wanted = max(alignment, 8 if self._aligned else 1)
        return types.Struct(self.name, -(-size // wanted) * wanted, alignment, tuple(members))

    @property
    def narrow(self) -> int | None:
        """Its bytes on a 32-bit machine; None where the text does not say it."""
        size = 0
        for one in self.fields:
            if not one.narrow or not one.length:
                return None
            each = one.narrow // one.length
            size = -(-size // each) * each + one.narrow
        return -(-size // 8) * 8 if self._aligned else size

    def _plain(self) -> Iterator[Field]:
        return (one for one in self.fields if one.name and one.length is not None)

    @property
    def _aligned(self) -> bool:
        """Whether it says aligned(8) before or behind its members."""
        end, _, _ = self.data[self.node.end_byte :].partition(b";")
        said = b"".join((self.node.text or b"", end)).replace(b" ", b"")
        return b"aligned(8)" in said.partition(b"{")[0] + said.rpartition(b"}")[2]


def _spelled(one: Field) -> str:
    array = f"[{one.length}]" if any(below(named(one.node, "declarator"), "array_declarator")) else ""
    return f"{one.type} {'*' * one.stars}".strip() + array
