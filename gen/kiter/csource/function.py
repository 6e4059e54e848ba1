# SPDX-License-Identifier: GPL-2.0-only
"""Functions of a C file: what they take and give, what is said of them, and the syntax of their bodies."""

from __future__ import annotations

import re
from functools import cached_property

from kiter.btf import types
from kiter.csource import comments
from kiter.csource.comments import KernelDoc
from kiter.csource.items import Item
from kiter.csource.nodes import Node, below, declared, name_of, named, text
from kiter.regex import regex
from kiter.value_class import value_class

_STARS = regex(r"(?<=\w)(\*+)$")
_FAILS = regex(r"[{\s]*return -E[A-Z0-9]+;")
_COMPARED = regex(r"==\s*\(?([A-Z]\w+)|\b([A-Z]\w+)\)?\s*==")
_UNSIGNED = regex(r"\bunsigned\b(?! (?:char|short|int|long)\b)")


@value_class(eq=False)
class Parameter:
    """A parameter of a function: its name, the type without stars, and its syntax."""

    name: str
    type: str
    node: Node

    @property
    def pointer(self) -> bool:
        """Whether it is a pointer."""
        return "*" in text(self.node)


@value_class(eq=False)
class Function:
    """A function that a file defines or declares; `data` is the file as it is."""

    item: Item
    data: bytes

    @property
    def node(self) -> Node:
        """All of it."""
        return self.item.node

    @cached_property
    def name(self) -> str:
        """Its name."""
        return declared(named(self.node, "declarator"))

    @property
    def kfunc(self) -> bool:
        """Whether it is marked as one, which programs may call if it is registered."""
        return "__bpf_kfunc" in self.item.annotations

    @cached_property
    def body(self) -> Node:
        """The compound statement of a definition."""
        found = named(self.node, "body")
        assert found is not None
        return found

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters, an iterator's handle first."""
        given = (child for child in self._list if child.type == "parameter_declaration")
        return tuple(Parameter(declared(named(c, "declarator")), text(named(c, "type")), c) for c in given)

    @cached_property
    def _list(self) -> list[Node]:
        found = next(below(named(self.node, "declarator"), "parameter_list"), None)
        return found.named_children if found is not None else []

    def all(self, *types: str) -> list[Node]:
        """Every node of these types in its body, in the order of the file."""
        found = [node for kind in types for node in self._nodes.get(kind, ())]
        return found if len(types) == 1 else sorted(found, key=lambda node: (node.start_byte, -node.end_byte))

    @cached_property
    def _nodes(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        waiting = [self.body]
        while waiting:
            node = waiting.pop()
            found.setdefault(node.type, []).append(node)
            waiting.extend(reversed(node.children))
        return found

    @property
    def calls(self) -> list[Node]:
        """Every call in its body."""
        return self.all("call_expression")

    @property
    def returns(self) -> list[Node]:
        """Every return statement."""
        return self.all("return_statement")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The values that its switches tell apart, each once; of combined flags each in the alphabet."""
        cases = (text(named(one, "value")) for one in self.all("case_statement"))
        found = (" | ".join(sorted(re.split(r"[\s|]+", label))) for label in cases if label)
        return tuple(sorted(dict.fromkeys(found)))

    @cached_property
    def refused(self) -> frozenset[str]:
        """The values that an `if` outside of its switches answers with an error, whatever else holds."""
        switches = [range(one.start_byte, one.end_byte) for one in self.all("switch_statement")]
        found: set[str] = set()
        for one in self.all("if_statement"):
            then, asked = text(named(one, "consequence")), text(named(one, "condition"))
            outside = not any(one.start_byte in inside for inside in switches)
            if outside and "&&" not in asked and _FAILS.match(then):
                found |= {first or second for first, second in _COMPARED.findall(asked)}
        return frozenset(found)

    @cached_property
    def comment(self) -> str:
        """The comment above it, "" where there is none."""
        return text_of(self.item.comment, self.data) if self.item.comment is not None else ""

    @cached_property
    def doc(self) -> KernelDoc | None:
        """The kernel-doc above it."""
        above = self.item.comment
        if above is None or not self.comment.startswith("/**\n"):
            return None
        return KernelDoc(self.comment, above.start_point.row)

    @cached_property
    def prototype(self) -> types.Function:
        """What it takes and gives, each type as BTF and the kernel's style spell it."""
        name = name_of(named(self.node, "declarator"))
        storage = [child.end_byte for child in self.node.children if child.type == "storage_class_specifier"]
        begin = max(storage, default=self.node.start_byte)
        returns = self.data[begin : name.start_byte if name else begin]
        given = (self._parameter(child) for child in self._list if child.type != "comment")
        return types.Function(self.name, _spelled(returns), tuple(p for p in given if p.type != "void"))

    def _parameter(self, node: Node) -> types.Parameter:
        name = name_of(named(node, "declarator")) if node.type == "parameter_declaration" else None
        if name is None or not name.type.endswith("identifier"):
            return types.Parameter("", _spelled(self.data[node.start_byte : node.end_byte]))
        around = self.data[node.start_byte : name.start_byte], self.data[name.end_byte : node.end_byte]
        return types.Parameter(text(name), _spelled(b"".join(around)))


def text_of(node: Node, data: bytes) -> str:
    """The source of a node as it is."""
    return data[node.start_byte : node.end_byte].decode(errors="replace")


def _spelled(ctype: bytes) -> str:
    """A type on one line: `unsigned` alone is `unsigned int`."""
    words = " ".join(comments.blanked(ctype.decode(errors="replace")).split())
    return _UNSIGNED.sub("unsigned int", _STARS.sub(r" \1", words))
