# SPDX-License-Identifier: GPL-2.0-only
"""Types as the kernel's C spells them: `struct task_struct *`, `const u64 *`, `int (*)(void *)`."""

from __future__ import annotations

from collections.abc import Callable

from kiter.btf.kinds import (
    ARRAY,
    CONST,
    ENUM,
    ENUM64,
    FUNC_PROTO,
    FWD,
    PTR,
    RESTRICT,
    STRUCT,
    TYPE_TAG,
    TYPEDEF,
    UNION,
    VOID,
    VOLATILE,
)
from kiter.btf.types import Type

QUALIFIERS = {CONST: "const", VOLATILE: "volatile", RESTRICT: "restrict"}
TAGGED = {STRUCT: "struct", UNION: "union", ENUM: "enum", ENUM64: "enum"}

# what DWARF calls the base types, where the kernel has a shorter word
SHORTER = {
    "_Bool": "bool",
    "long int": "long",
    "long unsigned int": "unsigned long",
    "short int": "short",
    "short unsigned int": "unsigned short",
    "long long int": "long long",
    "long long unsigned int": "unsigned long long",
}
MOST = 200  # types in one spelling: only BTF that refers in circles has more


class Spelling:
    """Spells one type; raises what `endless` makes if it has no end."""

    def __init__(self, type_of: Callable[[int], Type], endless: Callable[[], Exception]) -> None:
        self._type_of = type_of
        self._endless = endless
        self._left = MOST

    def of(self, number: int, inner: str = "") -> str:
        """The type of that id round `inner`, a declarator.

        Tags of types are left out: not every compiler stores them.
        """
        qualifiers: list[str] = []
        while True:
            self._left -= 1
            if self._left < 0:
                raise self._endless()
            found = self._type_of(number)
            if found.kind in QUALIFIERS:
                qualifiers.append(QUALIFIERS[found.kind])
            elif found.kind == PTR:
                inner = self._pointer(found, qualifiers, inner)
                qualifiers = []
            elif found.kind == ARRAY:
                inner = f"{inner}[{found.after[2]}]"
                number = found.after[0]
                continue
            elif found.kind == FUNC_PROTO:
                inner = f"{inner}({self._parameters(found)})"
            elif found.kind != TYPE_TAG:
                return _joined(" ".join((*qualifiers, _word(found))), inner)
            number = found.ref

    def _pointer(self, found: Type, qualifiers: list[str], inner: str) -> str:
        words = " ".join(qualifiers)
        inner = f"*{words} {inner}".rstrip() if words and inner else f"*{words}{inner}"
        target = self._type_of(found.ref)
        return f"({inner})" if target.kind in (FUNC_PROTO, ARRAY) else inner

    def _parameters(self, proto: Type) -> str:
        if not proto.members:
            return "void"
        return ", ".join(self.of(number) if number else "..." for _, number in proto.members)


def _word(found: Type) -> str:
    if found.kind in TAGGED:
        return f"{TAGGED[found.kind]} {found.name or '{...}'}"
    if found.kind == FWD:
        return f"{'union' if found.flag else 'struct'} {found.name}"
    if found.kind in (VOID, TYPEDEF):
        return found.name
    return SHORTER.get(found.name, found.name)


def _joined(word: str, inner: str) -> str:
    return f"{word}{inner}" if inner.startswith("[") else f"{word} {inner}".rstrip()
