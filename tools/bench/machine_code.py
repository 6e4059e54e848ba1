# SPDX-License-Identifier: GPL-2.0-only
"""What a compiler made of a function: bytes, instructions, and what else of its object it reaches."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiter import tools

_SYMBOL = re.compile(r"^([0-9a-f]+) (l|g|.)(.{6}) (\S+)\t([0-9a-f]+)\s+(?:\.hidden )?(\S+)$")
_SECTION = re.compile(r"^Disassembly of section (\S+):$")
_INSTRUCTION = re.compile(r"^\s+([0-9a-f]+):\t(.*)$")
_RELOCATION = re.compile(r"^\s+[0-9a-f]+: R_\w+\s+(\S+?)(?:([+-]0x[0-9a-f]+))?$")
_JUMP = re.compile(r"^(?:bnd )?(?:j\w+|call\w*)\s")
_TARGET = re.compile(r"<([\w.]+)")
_FILLED = re.compile(r"^(?:(?:data16|cs|cs,) )*(?:nop|xchg\s+%ax,%ax|int3)")
# what is split off a function, or is made of it for some of its callers, is a part of it
_PARTS = re.compile(r"\.(?:cold|part|isra|constprop)\b.*$")
_BRANCH_END = 4  # an address is relative to the end of its four bytes


@dataclass(frozen=True, slots=True)
class Size:
    """How much code something is."""

    bytes: int = 0
    instructions: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.bytes + other.bytes, self.instructions + other.instructions)


@dataclass(frozen=True, slots=True)
class Code:
    """The functions of one object: the size of each, and what of the same object it calls or jumps to.

    `static` are those that no other object can call.
    """

    sizes: Mapping[str, Size]
    calls: Mapping[str, frozenset[str]]
    static: frozenset[str]

    def reached(self, name: str) -> frozenset[str]:
        """The static functions that a function calls, and those that these call."""
        found: set[str] = set()
        ends = [name]
        while ends:
            new = (self.calls.get(ends.pop(), frozenset()) & self.static) - found - {name}
            found |= new
            ends += new
        return frozenset(found)


@dataclass(slots=True)
class _Symbols:
    """The functions by place; each has its section, start, end and name."""

    starts: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    static: set[str] = field(default_factory=set)

    def at(self, section: str, address: int) -> str:
        """The function that holds an address; "" between functions."""
        rows = self.starts.get(section, [])
        row = bisect_right(rows, (address, 1 << 63, "")) - 1
        return rows[row][2] if row >= 0 and address < rows[row][1] else ""


def read(file: Path) -> Code:
    """The functions of an object file; nops and traps that only fill up are not counted as instructions."""
    symbols = _symbols(tools.run(["objdump", "-t", str(file)]).stdout.splitlines())
    counts: dict[str, int] = {}
    calls: dict[str, set[str]] = {}
    section = name = instruction = ""
    for line in tools.run(["objdump", "-dr", "--no-show-raw-insn", str(file)]).stdout.splitlines():
        if found := _INSTRUCTION.match(line):
            instruction, name = found[2], symbols.at(section, int(found[1], 16))
            counts[name] = counts.get(name, 0) + (not _FILLED.match(instruction))
            target = _TARGET.search(instruction)
            if target and _JUMP.match(instruction):
                calls.setdefault(name, set()).add(_whole(target[1]))
        elif found := _RELOCATION.match(line):
            calls.setdefault(name, set()).add(_referred(found, symbols))
        elif found := _SECTION.match(line):
            section = found[1]
    return _code(symbols, counts, calls)


def _code(symbols: _Symbols, counts: Mapping[str, int], calls: Mapping[str, Iterable[str]]) -> Code:
    sizes: dict[str, Size] = {}
    for start, end, name in (row for rows in symbols.starts.values() for row in rows):
        sizes[name] = sizes.get(name, Size(0, counts.get(name, 0))) + Size(end - start)
    reached = {name: frozenset(calls.get(name, ())) - {name} for name in sizes}
    return Code(sizes, reached, frozenset(symbols.static))


def _symbols(table: Iterable[str]) -> _Symbols:
    found = _Symbols()
    for line in table:
        symbol = _SYMBOL.match(line)
        if not symbol or "F" not in symbol[3]:
            continue
        start, name = int(symbol[1], 16), _whole(symbol[6])
        found.starts.setdefault(symbol[4], []).append((start, start + int(symbol[5], 16), name))
        if symbol[2] == "l":
            found.static.add(name)
    for rows in found.starts.values():
        rows.sort()
    return found


def _referred(relocation: re.Match[str], symbols: _Symbols) -> str:
    """The function that a relocation names, itself or as a place in a section."""
    name, addend = relocation[1], int(relocation[2] or "0", 16)
    return symbols.at(name, addend + _BRANCH_END) or symbols.at(name, addend) or _whole(name)


def _whole(name: str) -> str:
    return _PARTS.sub("", name)
