# SPDX-License-Identifier: GPL-2.0-only
"""C as the rules ask about it: functions, what they store, test, call and return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import tree_sitter

Node = tree_sitter.Node
ZEROS = frozenset({"NULL", "0", "0L", "0UL", "0ULL", "false"})


def text(node: Node | None) -> str:
    """The source of a node on one line, "" for none."""
    return " ".join((node.text or b"").decode().split()) if node is not None else ""


def below(node: Node | None, *types: str) -> Iterator[Node]:
    """Every node of these types inside another, itself included, in the order of the file."""
    waiting = [node] if node is not None else []
    while waiting:
        found = waiting.pop()
        if found.type in types:
            yield found
        waiting.extend(reversed(found.children))


def above(node: Node, *types: str) -> Node | None:
    """The nearest enclosing node of these types."""
    parent = node.parent
    while parent is not None and parent.type not in types:
        parent = parent.parent
    return parent


def named(node: Node, field: str) -> Node | None:
    """A child by its field's name."""
    return node.child_by_field_name(field)


def declared(node: Node | None) -> str:
    """The name that a declarator declares."""
    while node is not None and node.type not in {"identifier", "field_identifier", "type_identifier"}:
        node = named(node, "declarator") or (node.named_children[0] if node.named_children else None)
    return text(node)


@dataclass(frozen=True, eq=False, repr=False)
class Parameter:
    """A parameter of a function."""

    name: str
    type: str
    node: Node

    @property
    def pointer(self) -> bool:
        """Whether it is a pointer."""
        return "*" in text(self.node)


@dataclass(frozen=True, eq=False, repr=False)
class Function:
    """A function definition; `state` are the names of the pointers that lead to the iterator's fields."""

    name: str
    node: Node

    @cached_property
    def body(self) -> Node:
        """The compound statement."""
        found = named(self.node, "body")
        assert found is not None
        return found

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters, the iterator first."""
        found = next(below(named(self.node, "declarator"), "parameter_list"), None)
        given = [c for c in found.named_children if c.type == "parameter_declaration"] if found else []
        return tuple(Parameter(declared(named(c, "declarator")), text(named(c, "type")), c) for c in given)

    @cached_property
    def state(self) -> frozenset[str]:
        """`it`, `kit` and whatever other pointer is set to the iterator by its declaration."""
        known = {p.name for p in self.parameters if "bpf_iter_" in p.type}
        for one in below(self.body, "init_declarator"):
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
        for one in below(self.body, "init_declarator"):
            value = named(one, "value")
            if value is not None and value.type == "field_expression" and (field := self.field(value)):
                found[declared(named(one, "declarator"))] = field
        for one in below(self.body, "assignment_expression"):
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
        for one in below(self.body, "assignment_expression"):
            left, right = named(one, "left"), named(one, "right")
            if left is None or right is None or left.type != "field_expression":
                continue
            inner = named(left, "argument")
            if inner is not None and text(inner) in self.state:
                while right.type == "assignment_expression":
                    right = named(right, "right") or right
                found.append((text(named(left, "field")), right, one))
        return tuple(found)

    @cached_property
    def counted(self) -> frozenset[str]:
        """The fields that are counted up or down."""
        steps = (named(one, "argument") for one in below(self.body, "update_expression"))
        return frozenset(self.field(one) for one in steps if one is not None) - {""}

    @cached_property
    def cleared(self) -> int | None:
        """Where the whole state is set to zero first, if it is."""
        for call in self.calls:
            if text(named(call, "function")) == "memset" and set(self._words(call)) & self.state:
                return call.start_byte
        for one in below(self.body, "assignment_expression"):
            left = named(one, "left")
            if left is not None and left.type == "pointer_expression" and set(self._words(left)) & self.state:
                return one.start_byte
        return None

    @cached_property
    def calls(self) -> tuple[Node, ...]:
        """Every call."""
        return tuple(below(self.body, "call_expression"))

    @cached_property
    def returns(self) -> tuple[Node, ...]:
        """Every return statement."""
        return tuple(below(self.body, "return_statement"))

    def guards(self) -> Iterator[Node]:
        """The conditions of ifs that leave at once, without an else."""
        for one in below(self.body, "if_statement"):
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


def value_of(statement: Node) -> str:
    """What a return statement returns."""
    return text(statement.named_children[0]) if statement.named_children else ""
