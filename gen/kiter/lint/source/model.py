# SPDX-License-Identifier: GPL-2.0-only
"""Iterators in C files: the three kfuncs, the two structs, the BTF ids, and the options around each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kiter.errors import Position
from kiter.lint.source.syntax import Function, Node, below, declared, named, text
from kiter.target.profile import Profile
from kiter.tree.csource import parse

NEW = re.compile(r"bpf_iter_(\w+)_new")
ID = re.compile(r"BTF_ID_FLAGS\(\s*func\s*,\s*(\w+)\s*(?:,\s*([^)]*))?\)")
IF = re.compile(r"^\s*#\s*(ifdef|ifndef|if|elif|else|endif)\b(.*)$")
OPTION = re.compile(r"CONFIG_\w+")


@dataclass(frozen=True, eq=False, repr=False)
class Source:
    """One file; `path` is what the user calls it."""

    path: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """Its lines without their ends."""
        return self.text.split("\n")

    @cached_property
    def root(self) -> Node:
        """Its syntax."""
        return parse(self.text).root_node

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions that it defines."""
        found = (
            Function(declared(named(f, "declarator")), f) for f in below(self.root, "function_definition")
        )
        return {function.name: function for function in found}

    @cached_property
    def structs(self) -> dict[str, Node]:
        """The structs that it defines, by their tags."""
        found = ((text(named(s, "name")), s) for s in below(self.root, "struct_specifier"))
        return {name: node for name, node in found if name and named(node, "body") is not None}

    @cached_property
    def options(self) -> list[frozenset[str]]:
        """For each line the kernel options that #if and #ifdef ask for around it."""
        stack: list[frozenset[str]] = []
        found = []
        for line in self.lines:
            if directive := IF.match(line):
                word, rest = directive.groups()
                if word in {"if", "ifdef", "ifndef"}:
                    stack.append(frozenset(OPTION.findall(rest)) if word != "ifndef" else frozenset())
                elif stack and word in {"elif", "else"}:
                    stack[-1] = frozenset(OPTION.findall(rest))
                elif stack:
                    stack.pop()
            found.append(frozenset().union(*stack))
        return found

    def at(self, node: Node) -> Position:
        """Where a node begins: the parser counts bytes, an editor characters."""
        row, column = node.start_point
        return Position(
            self.path, row + 1, len(self.lines[row].encode()[:column].decode(errors="ignore")) + 1
        )

    def line(self, number: int, column: int = 0) -> Position:
        """A place counted from 0."""
        return Position(self.path, number + 1, column + 1)


@dataclass(frozen=True, eq=False, repr=False)
class Id:
    """One BTF_ID_FLAGS() line."""

    source: Source
    flags: frozenset[str]
    row: int
    column: int

    @property
    def at(self) -> Position:
        """Where it stands."""
        return self.source.line(self.row, self.column)


@dataclass(frozen=True, eq=False, repr=False)
class Trio:
    """One iterator; `companions` are the other kfuncs that take it."""

    name: str
    source: Source
    new: Function
    next: Function
    destroy: Function
    companions: tuple[Function, ...]
    ids: dict[str, Id]
    profile: Profile

    @property
    def kfuncs(self) -> tuple[Function, Function, Function]:
        """The three."""
        return self.new, self.next, self.destroy

    @property
    def opaque(self) -> Node | None:
        """The struct that programs see, where this file has it."""
        return self.source.structs.get(f"bpf_iter_{self.name}")

    @property
    def kern(self) -> Node | None:
        """The struct that the kfuncs see."""
        return self.source.structs.get(f"bpf_iter_{self.name}_kern")

    def flags(self, what: str) -> frozenset[str] | None:
        """The flags of a kfunc, where its BTF id was among the files."""
        found = self.ids.get(f"bpf_iter_{self.name}_{what}")
        return found.flags if found else None


def trios(paths: Iterable[str], profile: Profile) -> Iterator[Trio]:
    """Every iterator of which all three kfuncs are in one of the files, or below one of the folders.

    Raises OSError.
    """
    files = [file for path in paths for file in _files(Path(path))]
    sources = [Source(file, text) for file in files if "bpf_iter_" in (text := _read(file))]
    ids = {name: one for source in sources for name, one in _ids(source)}
    for source in sources:
        for name in source.functions:
            if (found := NEW.fullmatch(name)) is not None:
                functions = [
                    source.functions.get(f"bpf_iter_{found[1]}_{w}") for w in ("new", "next", "destroy")
                ]
                if functions[0] and functions[1] and functions[2]:
                    new, following, destroy = functions[0], functions[1], functions[2]
                    others = tuple(_companions(source, found[1]))
                    yield Trio(found[1], source, new, following, destroy, others, ids, profile)


def _files(path: Path) -> list[str]:
    return sorted(str(p) for p in path.rglob("*.c")) if path.is_dir() else [str(path)]


def _read(file: str) -> str:
    return Path(file).read_text("utf-8", "replace")


def _ids(source: Source) -> Iterator[tuple[str, Id]]:
    for found in ID.finditer(source.text):
        row = source.text.count("\n", 0, found.start())
        column = found.start() - (source.text.rfind("\n", 0, found.start()) + 1)
        flags = frozenset(flag.strip() for flag in (found[2] or "").split("|")) - {""}
        yield found[1], Id(source, flags, row, column)


def _companions(source: Source, name: str) -> Iterator[Function]:
    for function in source.functions.values():
        if any(
            p.name.endswith("__iter") and p.type == f"struct bpf_iter_{name}" for p in function.parameters
        ):
            yield function
