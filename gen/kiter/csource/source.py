# SPDX-License-Identifier: GPL-2.0-only
"""A file of kernel C, parsed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from kiter.csource import comments, id_sets, macro, registrations
from kiter.csource.conditionals import Conditionals
from kiter.csource.enum import Enum
from kiter.csource.function import Function
from kiter.csource.id_sets import Id, IdSet
from kiter.csource.items import Item, items
from kiter.csource.macro import Invocation, Macro
from kiter.csource.nodes import Node, below, named, text
from kiter.csource.parse import parse
from kiter.csource.registrations import Registration
from kiter.csource.struct import Struct
from kiter.errors import Position
from kiter.regex import regex
from kiter.value_class import value_class

_WORD = regex(r"[A-Za-z_]\w*")
_DEFINING = frozenset({"function", "type", "macro"})


@value_class(eq=False)
class Source:
    """One file; `path` is what the user calls it. Nothing of it is read before it is asked for."""

    path: str
    text: str

    @classmethod
    def of(cls, lines: Sequence[str]) -> Source:
        """Lines that belong to no file yet."""
        return cls("", "\n".join(lines))

    @cached_property
    def lines(self) -> list[str]:
        """Its lines without their ends."""
        return self.text.split("\n")

    @cached_property
    def code(self) -> str:
        """Its text with blanks in the place of comments."""
        return comments.blanked(self.text)

    @cached_property
    def data(self) -> bytes:
        """Its bytes, which the parser counts in."""
        return self.text.encode(errors="replace")

    @cached_property
    def root(self) -> Node:
        """Its syntax."""
        return parse(self.data).root_node

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Everything at its top level."""
        return tuple(items(self.root, self.data))

    @cached_property
    def definitions(self) -> tuple[Item, ...]:
        """The functions, types and macros that it defines."""
        return tuple(item for item in self.items if item.kind in _DEFINING)

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions that it defines, by their names."""
        found = (Function(item, self.data) for item in self.items if item.kind == "function")
        return {function.name: function for function in found}

    @cached_property
    def prototypes(self) -> dict[str, Function]:
        """The functions that it declares, by their names."""
        found = (item for item in self.items if item.kind == "declaration")
        functions = (Function(i, self.data) for i in found if any(below(i.node, "function_declarator")))
        return {function.name: function for function in functions}

    @cached_property
    def structs(self) -> dict[str, Struct]:
        """The structs that it defines, by their tags."""
        found = ((text(named(i.node, "name")), i) for i in self._with_body("struct_specifier"))
        return {name: Struct(name, item, self.data) for name, item in found if name}

    @cached_property
    def enums(self) -> tuple[Enum, ...]:
        """The enums that it defines."""
        return tuple(Enum(text(named(i.node, "name")), i) for i in self._with_body("enum_specifier"))

    def _with_body(self, kind: str) -> Iterator[Item]:
        found = (item for item in self.items if item.node.type == kind)
        return (item for item in found if named(item.node, "body") is not None)

    @cached_property
    def macros(self) -> tuple[Macro, ...]:
        """The macros that it defines at the top level."""
        return tuple(macro.defined(item) for item in self.items if item.kind == "macro")

    @cached_property
    def invoked(self) -> tuple[Invocation, ...]:
        """The macros and functions that it invokes outside of any function."""
        return macro.invoked(self.items, self.data)

    @cached_property
    def conditionals(self) -> Conditionals:
        """Its #if and #ifdef."""
        return Conditionals(self.code.split("\n"))

    @cached_property
    def _ids(self) -> tuple[tuple[Id, ...], tuple[IdSet, ...]]:
        return id_sets.read(self.code)

    @property
    def ids(self) -> tuple[Id, ...]:
        """The ids of kfuncs, whether a set holds them here or in the file that this is a part of."""
        return self._ids[0]

    @property
    def id_sets(self) -> tuple[IdSet, ...]:
        """The sets of such ids."""
        return self._ids[1]

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """The sets that it registers."""
        return tuple(registrations.read(self.code))

    def words(self, rows: Iterable[int]) -> frozenset[str]:
        """The identifiers in those rows, whatever they stand in."""
        return frozenset(word for row in rows for word in _WORD.findall(self.lines[row]))

    def at(self, node: Node) -> Position:
        """Where a node begins: the parser counts bytes, an editor characters."""
        row, column = node.start_point
        return self.line(row, len(self.lines[row].encode()[:column].decode(errors="ignore")))

    def line(self, row: int, column: int = 0) -> Position:
        """A place counted from 0."""
        return Position(self.path, row + 1, column + 1)
