# SPDX-License-Identifier: GPL-2.0-only
"""BTF made by hand, for what no compiler emits on demand."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

HEADER = 24


@dataclass
class Writer:
    """Types in the order in which they are added; `first` and `before` continue a base."""

    order: str = "<"
    first: int = 1
    before: int = 0
    strings: bytes = b"\0"
    types: list[bytes] = field(default_factory=list)

    def string(self, text: str) -> int:
        raw = text.encode() + b"\0"
        at = self.strings.find(b"\0" + raw) + 1 if text else 0
        if text and not at:
            at = len(self.strings)
            self.strings += raw
        return at + self.before if text else 0

    def add(
        self, kind: int, name: str = "", ref: int = 0, *words: int, count: int = 0, flag: bool = False
    ) -> int:
        """One type with the words that follow its head; its id."""
        info = flag << 31 | kind << 24 | count
        raw = (self.string(name), info, ref, *(word & 0xFFFFFFFF for word in words))
        self.types.append(struct.pack(f"{self.order}{len(raw)}I", *raw))
        return self.first + len(self.types) - 1

    def named(self, *words: str | int) -> tuple[int, ...]:
        """Words of members, names replaced by their offsets."""
        return tuple(self.string(word) if isinstance(word, str) else word for word in words)

    def raw(self, layout: bytes = b"") -> bytes:
        types = b"".join(self.types)
        length = HEADER + (8 if layout else 0)
        head = struct.pack(f"{self.order}HBBI", 0xEB9F, 1, 0, length)
        head += struct.pack(f"{self.order}4I", 0, len(types), len(types), len(self.strings))
        if layout:
            head += struct.pack(f"{self.order}2I", len(types) + len(self.strings), len(layout))
        return head + types + self.strings + layout


def elf_file(
    sections: dict[str, bytes], symbols: dict[str, tuple[int, int]] | None = None, order: str = "<"
) -> bytes:
    """A 64-bit ELF file with these sections; symbols are (index of section, value) by name."""
    parts: dict[str, tuple[int, bytes, int]] = {"": (0, b"", 0)}
    parts |= {name: (1, data, 0) for name, data in sections.items()}
    if symbols is not None:
        names = b"\0"
        table = bytes(24)
        for name, (section, value) in symbols.items():
            table += struct.pack(f"{order}IBBHQQ", len(names), 0, 0, section, value, 0)
            names += name.encode() + b"\0"
        parts[".symtab"] = (2, table, len(parts) + 1)
        parts[".strtab"] = (3, names, 0)
    texts = b"\0" + b"".join(name.encode() + b"\0" for name in (*parts, ".shstrtab"))
    parts[".shstrtab"] = (3, texts, 0)
    body, headers = b"", b""
    for name, (kind, data, link) in parts.items():
        place = (texts.index(name.encode() + b"\0"), kind, 0, 0, 64 + len(body), len(data), link, 0, 4, 0)
        headers += struct.pack(f"{order}IIQQQQIIQQ", *place)
        body += data
    identity = b"\x7fELF\x02" + (b"\x01" if order == "<" else b"\x02") + b"\x01" + bytes(9)
    head = struct.pack(
        f"{order}HHIQQQIHHHHHH", 1, 62, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, len(parts), len(parts) - 1
    )
    return identity + head + body + headers
