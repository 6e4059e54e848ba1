# SPDX-License-Identifier: GPL-2.0-only
"""A reader of BTF: the types of a kernel, and of a module on top of it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from kiter.errors import environment

VOID, INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT = range(12)
FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(12, 20)
MODIFIERS = frozenset({TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG})
MAGIC = 0xEB9F

# what follows the twelve bytes of a type: fixed bytes, and bytes for each of its members
_FIXED = {INT: 4, ARRAY: 12, VAR: 4, DECL_TAG: 4}
_EACH = {STRUCT: 12, UNION: 12, ENUM: 8, FUNC_PROTO: 8, DATASEC: 12, ENUM64: 12}


@dataclass(frozen=True, slots=True)
class Type:
    """One type: `ref` is its size or the id of another type, as its kind has it."""

    kind: int
    name: str
    ref: int
    members: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Btf:
    """Types by id, a module's after its base's; `blob` is kept for what is read lazily."""

    blob: bytes
    strings: bytes
    offsets: Sequence[int]
    base: Btf | None = None
    strings_before: int = 0

    @property
    def first(self) -> int:
        """The id of the first type that is not the base's."""
        return self.base.count if self.base else 1

    @property
    def count(self) -> int:
        """One more than the highest id."""
        return self.first + len(self.offsets)

    def string(self, at: int) -> str:
        """The string at that offset, the base's strings first."""
        if self.base and at < self.strings_before:
            return self.base.string(at)
        own = at - self.strings_before
        return self.strings[own : self.strings.index(b"\0", own)].decode("utf-8", "replace")

    def type(self, number: int) -> Type:
        """The type of that id; raises if there is none."""
        if number == 0:
            return Type(VOID, "void", 0)
        if self.base and number < self.first:
            return self.base.type(number)
        if not self.first <= number < self.count:
            raise environment("R40", f"the BTF has no type {number}")
        at = self.offsets[number - self.first]
        name, info, ref = struct.unpack_from("<III", self.blob, at)
        kind, members = info >> 24 & 31, info & 0xFFFF
        each = _EACH.get(kind, 0)
        found = tuple(
            struct.unpack_from(f"<{each // 4}I", self.blob, at + 12 + i * each)
            for i in range(members if each else 0)
        )
        return Type(kind, self.string(name), ref, found)

    def skip_modifiers(self, number: int) -> Type:
        """The type behind const, volatile and typedefs."""
        found = self.type(number)
        while found.kind in MODIFIERS:
            found = self.type(found.ref)
        return found

    def functions(self) -> frozenset[str]:
        """The names of all functions, the base's not included."""
        heads = (struct.unpack_from("<II", self.blob, at) for at in self.offsets)
        return frozenset(self.string(name) for name, info in heads if info >> 24 & 31 == FUNC)


def read(raw: bytes, base: Btf | None = None) -> Btf:
    """The BTF in a section's bytes; raises if it is broken."""
    if len(raw) < 24 or struct.unpack_from("<H", raw)[0] != MAGIC:
        raise environment("R40", "no BTF there")
    header, types_at, types_size, strings_at, strings_size = struct.unpack_from("<IIIII", raw, 4)
    blob = raw[header + types_at : header + types_at + types_size]
    strings = raw[header + strings_at : header + strings_at + strings_size]
    before = base.strings_before + len(base.strings) if base else 0
    return Btf(blob, strings, _offsets(blob), base, before)


def _offsets(blob: bytes) -> list[int]:
    found, at = [], 0
    while at < len(blob):
        found.append(at)
        (info,) = struct.unpack_from("<I", blob, at + 4)
        kind = info >> 24 & 31
        at += 12 + _FIXED.get(kind, 0) + _EACH.get(kind, 0) * (info & 0xFFFF)
    return found
