# SPDX-License-Identifier: GPL-2.0-only
"""What stands at the top level of a C file, each with the comment above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from kiter.csource.nodes import Node, declared, named, text
from kiter.csource.parse import ANNOTATION
from kiter.regex import regex
from kiter.value_class import value_class

_KINDS = {
    "function_definition": "function",
    "struct_specifier": "type",
    "union_specifier": "type",
    "enum_specifier": "type",
    "preproc_def": "macro",
    "preproc_function_def": "macro",
    "declaration": "declaration",
    "expression_statement": "statement",
}
_HOLDERS = frozenset({"ERROR", "linkage_specification", "declaration_list"})
_ANNOTATIONS = regex(rb"(?:" + ANNOTATION + rb"\s*)+\Z")
_FARTHEST = 200  # bytes that annotations take before what they are about


@value_class(eq=False)
class Item:
    """Something at the top level of a file, inside #if and #ifdef too.

    kind: function, type, macro, declaration, or statement
    node: its syntax; the struct, union or enum itself where a declaration begins with one
    whole: its syntax with all that belongs to it
    annotations: what of the kernel's annotations stands before it
    comment: the comment before it, where nothing but white space is between them
    """

    kind: str
    node: Node
    whole: Node
    annotations: str
    comment: Node | None

    @property
    def start(self) -> int:
        """The row of its first word, from 0."""
        return self.whole.start_point.row - self.annotations.count("\n")

    @property
    def first(self) -> int:
        """The row that it begins in, with the comment that ends right above it."""
        above = self.comment is not None and self.comment.end_point.row == self.start - 1
        return self.comment.start_point.row if above and self.comment else self.start

    @property
    def last(self) -> int:
        """The row that it ends in."""
        end = self.whole.end_point
        # a macro ends at the beginning of the next row
        return end.row - (end.column == 0 and end.row > self.whole.start_point.row)

    @property
    def rows(self) -> range:
        """All its rows."""
        return range(self.first, self.last + 1)

    @property
    def static(self) -> bool:
        """Whether only this file knows the function."""
        return text(self.whole).startswith("static")

    @cached_property
    def names(self) -> frozenset[str]:
        """What it defines, enumerators among them."""
        return frozenset(_names(self.node)) - {""}


def _names(node: Node) -> Iterator[str]:
    if node.type == "function_definition":
        yield declared(named(node, "declarator"))
        return
    yield text(named(node, "name"))
    body = named(node, "body") if node.type == "enum_specifier" else None
    yield from (text(named(one, "name")) for one in (body.named_children if body else ()))


@dataclass(slots=True)
class _Level:
    """Where a walk stands among the children of one node; in a `broken` one only functions are looked for."""

    children: Iterator[Node]
    broken: bool
    end: int
    comment: Node | None = field(default=None)


def items(root: Node, data: bytes) -> Iterator[Item]:
    """Everything at the top level, in the order of the file; `data` is the file as it is.

    Where the parser lost its way, functions are looked for below the top level, too.
    """
    levels = [_Level(iter(root.children), False, 0)]
    while levels:
        level = levels[-1]
        if (child := next(level.children, None)) is None:
            levels.pop()
            continue
        kind = _KINDS.get(child.type, "")
        if child.type == "comment":
            level.comment, level.end = child, child.end_byte
            continue
        if kind and not (level.broken and kind != "function"):
            yield _item(kind, child, level, data)
        holds = child.type in _HOLDERS or (not kind and child.type.startswith("preproc_"))
        if holds or child.has_error:
            levels.append(_Level(iter(child.children), level.broken or not holds, child.start_byte))
        if child.type != ";":
            level.comment = None
        level.end = child.end_byte


def _item(kind: str, node: Node, level: _Level, data: bytes) -> Item:
    before = data[max(level.end, node.start_byte - _FARTHEST) : node.start_byte]
    found = _ANNOTATIONS.search(before) if before.strip() else None
    start = node.start_byte - (len(found[0]) if found else 0)
    comment = level.comment
    if comment is not None and data[comment.end_byte : start].strip():
        comment = None
    of = node.named_children[0] if kind == "declaration" and node.named_children else node
    defines = _KINDS.get(of.type) == "type" and (of is node or named(of, "body") is not None)
    annotations = found[0].decode(errors="replace") if found else ""
    return Item("type" if defines else kind, of if defines else node, node, annotations, comment)
