# SPDX-License-Identifier: GPL-2.0-only
"""A set of kfunc ids in a kernel C file: its rows and its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kiter.tree import conditions
from kiter.tree.codes import MisfitError
from kiter.tree.conditions import Block

_ENTRY = re.compile(r"^BTF_ID_FLAGS\(func,\s*(\w+)")
_ITERATOR = re.compile(r"^bpf_iter_\w+_(?:new|next|destroy)$")
# BTF_SET8_* before Linux 6.9 (include/linux/btf_ids.h)
_OPEN = re.compile(r"^BTF_(?:KFUNCS|SET8)_START\((\w+)\)")
_CLOSE = re.compile(r"^BTF_(?:KFUNCS|SET8)_END\((\w+)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One id: its rows from 0, and the conditionals it stands in, the outermost first."""

    name: str
    first: int
    last: int
    around: tuple[Block, ...]

    @property
    def iterator(self) -> bool:
        """Whether it is one of an iterator's three kfuncs."""
        return bool(_ITERATOR.match(self.name))


@dataclass(frozen=True, slots=True)
class IdSet:
    """A set: the rows of its first and last line, and what is between them."""

    name: str
    first: int
    last: int
    entries: tuple[Entry, ...]


def every(lines: Sequence[str]) -> tuple[IdSet, ...]:
    """All sets of a file."""
    blocks = conditions.blocks(lines)
    found, first = [], -1
    for row, line in enumerate(lines):
        if _OPEN.match(line):
            first = row
        elif (close := _CLOSE.match(line)) and first >= 0:
            entries = tuple(_entries(lines, range(first + 1, row), blocks))
            found.append(IdSet(close[1], first, row, entries))
            first = -1
    return tuple(found)


def find(lines: Sequence[str], name: str) -> IdSet:
    """The set of that name; raises MisfitError if there is not just one."""
    found = [one for one in every(lines) if one.name == name]
    if len(found) != 1:
        raise MisfitError(f"there are {len(found)} kfunc sets {name} where there must be one")
    return found[0]


def _entries(lines: Sequence[str], rows: range, blocks: Sequence[Block]) -> Iterator[Entry]:
    for row in rows:
        if named := _ENTRY.match(lines[row]):
            last = row
            while ")" not in lines[last] and last < rows.stop:
                last += 1
            yield Entry(named[1], row, last, conditions.around(blocks, row))
