# SPDX-License-Identifier: GPL-2.0-only
"""Just enough of ELF (64 bit, little endian) to read a module's BTF and its id sets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from kiter.errors import environment

SYMTAB = 2


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the file."""

    name: str
    kind: int
    data: bytes
    link: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol: its name, the index of its section, and its offset in there."""

    name: str
    section: int
    value: int


def _string(table: bytes, at: int) -> str:
    return table[at : table.index(b"\0", at)].decode("utf-8", "replace")


def sections(raw: bytes) -> list[Section]:
    """All sections in their order; raises if it is no ELF file."""
    if raw[:6] != b"\x7fELF\x02\x01":
        raise environment("R40", "not a 64-bit ELF file")
    (offset,) = struct.unpack_from("<Q", raw, 0x28)
    size, count, names_at = struct.unpack_from("<HHH", raw, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", raw, offset + i * size) for i in range(count)]
    texts = [raw[h[4] : h[4] + h[5]] for h in headers]
    names = texts[names_at]
    return [Section(_string(names, h[0]), h[1], text, h[6]) for h, text in zip(headers, texts, strict=True)]


def symbols(found: list[Section]) -> Iterator[Symbol]:
    """The symbols of the file."""
    for table in found:
        if table.kind != SYMTAB:
            continue
        names = found[table.link].data
        for name, _info, _other, section, value, _size in struct.iter_unpack("<IBBHQQ", table.data):
            yield Symbol(_string(names, name), section, value)


def data_of(found: list[Section], name: str) -> bytes:
    """The content of the section of that name, or b""."""
    return next((s.data for s in found if s.name == name), b"")
