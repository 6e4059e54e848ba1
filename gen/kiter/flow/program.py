# SPDX-License-Identifier: GPL-2.0-only
"""The functions that a path may go through: those of a file, and of the headers beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from kiter.csource.enum import number
from kiter.csource.function import Function
from kiter.csource.macro import Macro
from kiter.csource.nodes import Node, below, declared, named, text
from kiter.csource.parse import LARGEST
from kiter.csource.source import Source
from kiter.flow.graph import Graph, TooDeepError
from kiter.flow.state import Spot
from kiter.flow.values import Address, Const, Value
from kiter.regex import regex
from kiter.value_class import value_class

_INCLUDE = regex(r'^#\s*include\s+"([^"\n]+)"', re.MULTILINE)
_CAST = regex(r"\([^()]*\*\)")
_SUFFIX = regex(r"(?<=[0-9a-fA-F])[uUlL]+")
_UNSIGNED = regex(r"\b(?:unsigned|u8|u16|u32|u64|__u8|__u16|__u32|__u64|size_t|uint\w*|bool)\b")
_DECLARED = regex(r"\bDECLARE_\w+\((\w+)")  # DECLARE_BITMAP(bits, 64): include/linux/types.h
_HEADERS = 40  # that are looked into: a file of the kernel has about twenty of its own folder


@value_class(eq=False)
class Code:
    """A function that can be gone through, with its file."""

    source: Source
    function: Function

    @cached_property
    def graph(self) -> Graph | None:
        """Its graph, None for one that is nested too deeply."""
        try:
            return Graph(self.function)
        except TooDeepError:
            return None

    def spot(self, node: Node, says: str) -> Spot:
        """A line of it."""
        at = self.source.at(node)
        return Spot(at.file, at.line - 1, at.column - 1, says)


class Program:
    """A file as paths go through it; `near` reads a header by its path, "" for none."""

    def __init__(self, source: Source, near: Callable[[str], str] | None = None) -> None:
        self.source = source
        self.near = near or content
        self._known: dict[str, Code | None] = {}

    def code(self, name: str) -> Code | None:
        """The function of that name, None where its body is not there."""
        if name not in self._known:
            self._known[name] = next(self._codes(name), None)
        return self._known[name]

    def _codes(self, name: str) -> Iterator[Code]:
        """The functions of that name, and macros that look like one."""
        for source in (self.source, *self._headers):
            if name in source.text and (found := source.functions.get(name)) is not None:
                yield Code(source, found)
        for macro in self.source.macros:
            if macro.name == name and (code := _expanded(self.source, macro)) is not None:
                yield code

    @property
    def sources(self) -> tuple[Source, ...]:
        """The file, and the headers that were looked into."""
        return (self.source, *self.__dict__.get("_headers", ()))

    @cached_property
    def _headers(self) -> tuple[Source, ...]:
        """The headers that the file includes by a path from its own folder."""
        folder = posixpath.dirname(self.source.path)
        names = _INCLUDE.findall(self.source.text)[:_HEADERS]
        paths = (posixpath.normpath(posixpath.join(folder, name)) for name in names)
        return tuple(Source(path, text) for path in paths if (text := self.near(path)))

    @cached_property
    def constants(self) -> dict[str, Value]:
        """The macros and enumerators of the file that are plain numbers."""
        found: dict[str, Value] = {}
        for macro in self.source.macros:
            if _CAST.search(macro.value) and not text(named(macro.node, "parameters")):
                found[macro.name] = Address(("mark", macro.name), "")  # a pointer that is no element's
                continue
            value = number(_SUFFIX.sub("", _CAST.sub("", macro.value)).strip(" ()"))
            if value is not None:
                found[macro.name] = Const(value)
        for enum in self.source.enums:
            found |= {name: Const(value) for name, value in enum.values.items()}
        return found

    @cached_property
    def together(self) -> dict[str, str]:
        """The members of unions without a name, each with the first of its union: they share their place."""
        found: dict[str, str] = {}
        unions = (u for s in self.source.structs.values() for u in below(s.node, "union_specifier"))
        for union in unions:
            body = named(union, "body")
            names = [declared(named(one, "declarator")) for one in body.named_children] if body else []
            parent = union.parent
            if parent is not None and not declared(named(parent, "declarator")) and names:
                found |= {name: names[0] for name in names[1:] if name}
        return found

    @cached_property
    def arrays(self) -> frozenset[str]:
        """The members of the file's structs whose name is an address, as that of an array is."""
        fields = [field for struct in self.source.structs.values() for field in struct.fields]
        found = {one.name for one in fields if any(below(one.node, "array_declarator"))}
        found |= {one.name for one in fields if one.type.endswith("_var_t")}  # include/linux/cpumask_types.h
        return frozenset(found | {name for one in fields for name in _DECLARED.findall(one.type)})

    @cached_property
    def unsigned(self) -> frozenset[str]:
        """The members of the file's structs that have no sign."""
        fields = (field for struct in self.source.structs.values() for field in struct.fields)
        return frozenset(field.name for field in fields if _UNSIGNED.search(field.type) and not field.stars)


def _expanded(source: Source, macro: Macro) -> Code | None:
    """A macro with arguments as a function, in the row that it is defined in."""
    given = text(named(macro.node, "parameters"))
    if not given:
        return None
    names = ", ".join(f"void *{one.strip()}" for one in given.strip("()").split(",") if one.strip())
    body = macro.value if macro.value.startswith("do ") else f"return {macro.value}"
    blank = "\n" * macro.node.start_point.row
    made = Source(source.path, f"{blank}static void *{macro.name}({names}) {{ {body}; }}")
    function = made.functions.get(macro.name)
    return Code(made, function) if function is not None else None


def unsigned(ctype: str) -> bool:
    """Whether a type has no sign."""
    return _UNSIGNED.search(ctype) is not None


def content(path: str) -> str:
    """What a file has, "" for one that is not there or is no source."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except (OSError, ValueError):
        return ""
    return data.decode("utf-8", "replace") if len(data) <= LARGEST else ""


def name_of(node: Node | None) -> str:
    """The name of a function that is called."""
    return text(node) if node is not None and node.type == "identifier" else ""
