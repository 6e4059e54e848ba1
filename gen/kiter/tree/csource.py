# SPDX-License-Identifier: GPL-2.0-only
"""What stands at the top level of a kernel C file, found by a parser rather than by patterns.

tree-sitter reads C that is not preprocessed, but not the kernel's annotations. Those are blanked out before,
length for length, so that every row stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import tree_sitter
import tree_sitter_c

_ANNOTATION = re.compile(
    r"\b(?:__bpf_kfunc|__init|__exit|__rcu|__user|__percpu|__weak|__ksym|__always_inline|noinline|asmlinkage"
    r"|__must_check|__read_mostly|__ro_after_init|__aligned\([^()]*\)|__printf\([^()]*\))(?![\w(])"
)
# a macro at the beginning of a line that defines something and takes no semicolon
_MACRO = re.compile(r"^[A-Z][A-Z0-9_]*\((?:[^(){};]|\([^()]*\))*\);?[ \t]*$", re.MULTILINE)
_KINDS = {
    "function_definition": "function",
    "struct_specifier": "type",
    "union_specifier": "type",
    "enum_specifier": "type",
    "preproc_def": "macro",
    "preproc_function_def": "macro",
}
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A definition: `first` to `last` are its rows from 0, its own comment included.

    `kind` is function, type or macro; `names` are what it defines, enumerators among them. `static` is for
    functions that only this file knows.
    """

    kind: str
    names: frozenset[str]
    first: int
    last: int
    static: bool = False

    @property
    def rows(self) -> range:
        """All its rows."""
        return range(self.first, self.last + 1)


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_c.language()))


def pieces(lines: Sequence[str]) -> tuple[Piece, ...]:
    """The definitions of a file in their order, those inside #if and #ifdef among them."""
    return tuple(_pieces(parse("\n".join(lines)).root_node))


def parse(text: str) -> tree_sitter.Tree:
    """A C file as a tree of syntax, without the kernel's annotations and the macros that stand alone."""
    return _parser().parse(_masked(text).encode())


def words(lines: Sequence[str], rows: Sequence[int]) -> frozenset[str]:
    """The identifiers in those rows."""
    return frozenset(word for row in rows for word in _WORD.findall(lines[row]))


def _masked(text: str) -> str:
    text = _ANNOTATION.sub(_blank, text)
    return _MACRO.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _pieces(node: tree_sitter.Node) -> Iterator[Piece]:
    comment: tree_sitter.Node | None = None
    for child in node.children:
        if child.type == "comment":
            comment = child
            continue
        if child.type in _KINDS or (child.type == "declaration" and child.named_children[0].type in _KINDS):
            yield _piece(child, comment)
        elif child.type.startswith("preproc_") or child.type == "ERROR":
            yield from _pieces(child)
        if child.type != ";":
            comment = None


def _piece(node: tree_sitter.Node, comment: tree_sitter.Node | None) -> Piece:
    first, last = node.start_point[0], node.end_point[0]
    if node.end_point[1] == 0 and last > first:  # a macro's node ends at the beginning of the next row
        last -= 1
    specifier = node if node.type in _KINDS else node.named_children[0]
    if comment is not None and comment.end_point[0] == first - 1:
        first = comment.start_point[0]
    return Piece(
        _KINDS[specifier.type],
        frozenset(_names(specifier)),
        first,
        last,
        static=_text(node).startswith("static"),
    )


def _names(node: tree_sitter.Node) -> Iterator[str]:
    if node.type == "function_definition":
        declarator = node.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "identifier":
            declarator = declarator.child_by_field_name("declarator")
        if declarator is not None:
            yield _text(declarator)
        return
    name = node.child_by_field_name("name")
    if name is not None:
        yield _text(name)
    body = node.child_by_field_name("body")
    for child in body.named_children if body is not None and node.type == "enum_specifier" else ():
        named = child.child_by_field_name("name")
        if named is not None:
            yield _text(named)


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode()
