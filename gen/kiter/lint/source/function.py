# SPDX-License-Identifier: GPL-2.0-only
"""A function as the rules ask about it: what of an iterator's state it names, stores and tests."""

from __future__ import annotations

from collections.abc import Iterator
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

    @cached_property
    def counted(self) -> frozenset[str]:
        """The fields that are counted up or down."""
        steps = (named(one, "argument") for one in self.all("update_expression"))
        return frozenset(self.field(one) for one in steps if one is not None) - {""}

    @cached_property
    def cleared(self) -> int | None:
        """Where the whole state is set to zero first, if it is."""
        for call in self.calls:
            if text(named(call, "function")) == "memset" and set(self._words(call)) & self.state:
                return call.start_byte
        for one in self.all("assignment_expression"):
            left = named(one, "left")
            if left is not None and left.type == "pointer_expression" and set(self._words(left)) & self.state:
                return one.start_byte
        return None

    def guards(self) -> Iterator[Node]:
        """The conditions of ifs that leave at once, without an else."""
        for one in self.all("if_statement"):
            then = named(one, "consequence")
            last = then
            if then is not None and then.type == "compound_statement" and then.named_children:
                last = then.named_children[-1]
            if last is not None and last.type in {"return_statement", "goto_statement"}:
                condition = named(one, "condition")
                if condition is not None:
                    yield condition

    def _words(self, node: Node) -> list[str]:
        return [text(one) for one in below(node, "identifier")]


def _inside(member: Node) -> Node:
    """The field that a member is in, without following a pointer: kit->cursor of kit->cursor.node.next."""
    inner = named(member, "argument")
    while inner is not None and inner.type == "field_expression" and text(named(member, "operator")) == ".":
        member, inner = inner, named(inner, "argument")
    return member


def value_of(statement: Node) -> str:
    """What a return statement returns."""
    return text(statement.named_children[0]) if statement.named_children else ""
