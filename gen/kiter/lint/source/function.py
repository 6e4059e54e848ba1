# SPDX-License-Identifier: GPL-2.0-only
"""A function as the rules ask about it: what of an iterator's state it names, stores and tests."""

from __future__ import annotations

from functools import cached_property

from kiter.csource import function
from kiter.csource.nodes import Node, above, below, declared, named, text

ZEROS = frozenset({"NULL", "0", "0L", "0UL", "0ULL", "false"})


class Function(function.Function):
    """A function definition; `state` are the names of the pointers that lead to the iterator's fields."""

    @cached_property
    def state(self) -> frozenset[str]:
        """`it`, `kit` and whatever other pointer is set to the iterator by its declaration."""
        known = {p.name for p in self.parameters if "bpf_iter_" in p.type}
        for one in self.all("init_declarator"):
            pointer, value = named(one, "declarator"), named(one, "value")
            if pointer is None or pointer.type != "pointer_declarator":
                continue
            names = (n for n in below(value, "identifier") if above(n, "field_expression") is None)
            if set(map(text, names)) & known:
                known.add(declared(pointer))
        return frozenset(known)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Local variables that are set to a field of the state by their declaration."""
        found = {}
        for one in self.all("init_declarator"):
            value = named(one, "value")
            if value is not None and value.type == "field_expression" and (field := self.field(value)):
                found[declared(named(one, "declarator"))] = field
        for one in self.all("assignment_expression"):
            left, right = named(one, "left"), named(one, "right")
            if left is None or right is None or left.type != "identifier":
                continue
            if right.type == "field_expression" and (field := self.field(right)):
                found.setdefault(text(left), field)
        return found

    def field(self, node: Node) -> str:
        """The field of the state that an expression such as kit->pos or kit->data->mm begins with."""
        while node.type == "field_expression":
            inner = named(node, "argument")
            if inner is None:
                return ""
            if inner.type == "identifier" and text(inner) in self.state:
                return text(named(node, "field"))
            node = inner
        return ""

    def fields(self, node: Node | None) -> set[str]:
        """The fields of the state that an expression names, by local variables too."""
        found = {self.field(one) for one in below(node, "field_expression")}
        found |= {self.aliases.get(text(one), "") for one in below(node, "identifier")}
        return found - {""}

    @cached_property
    def stores(self) -> tuple[tuple[str, Node, Node], ...]:
        """(field, value, place) of every assignment to a field of the state itself."""
        found = []
        for one in self.all("assignment_expression"):
            left, right = named(one, "left"), named(one, "right")
            if left is None or right is None or left.type != "field_expression":
                continue
            field = _inside(left)
            if text(named(field, "argument")) in self.state:
                while right.type == "assignment_expression":
                    right = named(right, "right") or right
                found.append((text(named(field, "field")), right, one))
        return tuple(found)


def _inside(member: Node) -> Node:
    """The field that a member is in, without following a pointer: kit->cursor of kit->cursor.node.next."""
    inner = named(member, "argument")
    while inner is not None and inner.type == "field_expression" and text(named(member, "operator")) == ".":
        member, inner = inner, named(inner, "argument")
    return member
