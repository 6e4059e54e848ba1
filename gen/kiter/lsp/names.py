# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel's BTF offers where a spec has C: members behind an arrow, functions, enumerators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from kiter.btf.reader import Btf
from kiter.btf.types import Function
from kiter.regex import regex
from kiter.value_class import value_class

MOST = 100  # what one answer offers of functions and enumerators; more letters find the others
_CHAIN = regex(r"([A-Za-z_]\w*)((?:(?:->|\.)\w+)*)(?:->|\.)$")
_DECLARED = regex(r"\b((?:struct|union)\s+\w+)\s*(?:__rcu\s*)?\*+\s*(\w+)")
_STRUCT = regex(r"\b(?:struct|union)\s+(\w+)")


@value_class
class Name:
    """A name of the kernel, what it is ("member", "function" or "enumerator"), and its type or value."""

    name: str
    kind: str
    detail: str


class Names:
    """The names of one kernel; `btf` is read when something is asked first."""

    def __init__(self, btf: Btf) -> None:
        self.btf = btf

    def members(self, of: str) -> Iterator[Name]:
        """The members of a struct or union, those of its nameless ones too; none of a type that is none."""
        found = _STRUCT.search(of)
        struct = self.btf.struct(found[1]) if found else None
        for member in struct.members if struct else ():
            if member.name:
                yield Name(member.name, "member", member.type)

    def beginning(self, word: str) -> Iterator[Name]:
        """Functions and enumerators whose names begin so, at most MOST of each."""
        for name in [one for one in self._functions if one.startswith(word)][:MOST]:
            function = self.btf.function(name)
            yield Name(name, "function", spelled(function) if function else "")
        for name in [one for one in self._enumerators if one.startswith(word)][:MOST]:
            yield Name(name, "enumerator", str(self._enumerators[name]))

    @cached_property
    def _functions(self) -> list[str]:
        return sorted(self.btf.functions())

    @cached_property
    def _enumerators(self) -> Mapping[str, int]:
        return dict(sorted(self.btf.enumerators().items()))


def spelled(function: Function) -> str:
    """The prototype of a function."""
    parameters = ", ".join(f"{one.type} {one.name}".strip() for one in function.parameters)
    return f"{function.returns} {function.name}({parameters or 'void'})"


def member_of(before: str, types: Mapping[str, str], names: Names) -> str | None:
    """The type that is before the arrow or dot at the end of a text; None where no arrow is.

    "" where the type of the first name of the chain is not known.
    """
    chain = _CHAIN.search(before)
    if not chain:
        return "" if before.endswith(("->", ".")) else None
    of = types.get(chain[1], "")
    for step in re.findall(r"\w+", chain[2]):
        of = next((one.detail for one in names.members(of) if one.name == step), "")
    return of


def types(text: str, data: Mapping[str, Any]) -> dict[str, str]:
    """The types of names in a spec: pointers that it declares anywhere, arguments, and the element as pos.

    data: the spec as it was when it could be read last
    """
    found = {match[2]: match[1] for match in _DECLARED.finditer(text)}
    arguments = data.get("arguments")
    for name, argument in arguments.items() if isinstance(arguments, dict) else ():
        if isinstance(argument, dict) and isinstance(argument.get("type"), str):
            found[str(name)] = argument["type"]
    element = data.get("element")
    if isinstance(element, dict) and isinstance(element.get("type"), str):
        found["pos"] = element["type"]
    return found
