# SPDX-License-Identifier: GPL-2.0-only
"""Just enough of 64-bit ELF to find sections and symbols, in either byte order."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from mmap import mmap

from kiter.btf.broken import broken
from kiter.value_class import value_class

MAGIC = b"\x7fELF"
SYMTAB = 2
NOBITS = 8
_HEADERS_AT, _HEADERS = 0x28, 0x3A
_HEADER = "IIQQQQIIQQ"
_HEADER_SIZE = 64
_SYMBOL = "IBBHQQ"
_SYMBOL_SIZE = 24


@value_class
class Section:
    """A section of the file: `address` is 0 in a module, `link` the index of a companion."""

    name: str
    kind: int
    address: int
    data: bytes
    link: int


@value_class
class Symbol:
    """A symbol: its name, the index of its section, and its address."""

    name: str
    section: int
    value: int


class Elf:
    """A file's sections; raises KiterError R40 for whatever is no such file."""

    def __init__(self, raw: bytes | mmap, file: str) -> None:
        """From the bytes of a file; of a mapped one only what is asked for is read."""
        self._raw = raw
        self._file = file
        if raw[:4] != MAGIC or raw[4:5] != b"\x02" or raw[5:6] not in (b"\x01", b"\x02"):
            raise broken(file, "it is no 64-bit ELF file")
        self.order = "<" if raw[5:6] == b"\x01" else ">"

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(self.order + form, self._raw, at)
        except struct.error:
            raise broken(self._file, "the ELF file is cut short") from None

    @cached_property
    def _headers(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Name and header of every section."""
        (at,) = self._unpack("Q", _HEADERS_AT)
        size, count, names_at = self._unpack("HHH", _HEADERS)
        if size < _HEADER_SIZE or at + size * count > len(self._raw) or names_at >= count:
            raise broken(self._file, "the ELF file has no table of sections where it should be")
        headers = [self._unpack(_HEADER, at + i * size) for i in range(count)]
        names = self._data(headers[names_at])
        return tuple((_string(names, h[0]), h) for h in headers)

    def _data(self, header: tuple[int, ...]) -> bytes:
        _, kind, _, _, offset, size, *_ = header
        if kind == NOBITS:
            return b""
        if offset + size > len(self._raw):
            raise broken(self._file, "the ELF file is cut short in a section")
        return self._raw[offset : offset + size]

    def section(self, name: str) -> Section | None:
        """The section of that name, if there is one."""
        found = next((h for n, h in self._headers if n == name), None)
        return Section(name, found[1], found[3], self._data(found), found[6]) if found else None

    def data(self, name: str) -> bytes:
        """The content of the section of that name, or b""."""
        found = self.section(name)
        return found.data if found else b""

    def symbols(self) -> Iterator[Symbol]:
        """The symbols of the file; none if it was stripped of them."""
        for _, header in self._headers:
            if header[1] == SYMTAB and header[6] < len(self._headers):
                names = self._data(self._headers[header[6]][1])
                data = self._data(header)
                whole = len(data) - len(data) % _SYMBOL_SIZE
                for name, _, _, section, value, _ in struct.iter_unpack(self.order + _SYMBOL, data[:whole]):
                    yield Symbol(_string(names, name), section, value)


def _string(table: bytes, at: int) -> str:
    end = table.find(b"\0", at)
    return table[at:end].decode("utf-8", "replace") if end >= 0 else ""
