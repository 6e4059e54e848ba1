# SPDX-License-Identifier: GPL-2.0-only
"""Enums of a C file."""

from __future__ import annotations

from functools import cached_property

from kiter.csource.items import Item
from kiter.csource.nodes import Node, named, text
from kiter.regex import regex
from kiter.value_class import value_class

_WIDEST = 64
_NUMBER = regex(r"(-?)(0[xX][0-9a-fA-F]+|0|[1-9]\d*)[uUlL]*")


@value_class(eq=False)
class Enum:
    """An enum; `name` is "" for one without."""

    name: str
    item: Item

    @property
    def node(self) -> Node:
        """All of it."""
        return self.item.node

    @cached_property
    def enumerators(self) -> tuple[Node, ...]:
        """Each of its names, with its value where it is given."""
        body = named(self.node, "body")
        found = body.named_children if body is not None else []
        return tuple(node for node in found if node.type == "enumerator")

    @cached_property
    def values(self) -> dict[str, int]:
        """The enumerators with their values, up to the first whose value is no plain number."""
        found: dict[str, int] = {}
        following: int | None = 0
        for node in self.enumerators:
            given = named(node, "value")
            following = number(text(given)) if given is not None else following  # its predecessor's and one
            if following is None:
                break
            found[text(named(node, "name"))] = following
            following += 1
        return found


def number(expression: str) -> int | None:
    """A number, or one shifted: `7`, `0x10`, `1U << 16`; None for anything else."""
    parts = [_NUMBER.fullmatch(part.strip(" ()")) for part in expression.split("<<")]
    found = [int(part[1] + part[2], 0) for part in parts if part and len(part[2]) <= _WIDEST]
    if len(found) != len(parts) or len(parts) > 2:
        return None
    value, shift = (*found, 0)[:2]
    return value << shift if 0 <= shift < _WIDEST and abs(value) < 1 << _WIDEST else None
