# SPDX-License-Identifier: GPL-2.0-only
"""The ids of kfuncs in a C file, and the sets that hold them (include/linux/btf_ids.h)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kiter.regex import regex
from kiter.value_class import value_class

_ITERATOR = regex(r"bpf_iter_\w+_(?:new|next|destroy)")
# BTF_SET8_* before Linux 6.9
_ROW = regex(
    r"^[ \t]*(?:BTF_ID_FLAGS\(\s*func\s*,\s*(?P<id>\w+)\s*(?:,\s*(?P<flags>[^()]*))?\)"
    r"|BTF_(?:KFUNCS|SET8|SET)_(?P<edge>START|END)\((?P<set>\w+)\))",
    re.MULTILINE,
)


# what may stand in a list, which has no end of its own
_LISTED = regex(r"^(?:BTF_ID\(func, (\w+)\)|BTF_ID_UNUSED|#(?:ifn?def|if|else|elif|endif)\b.*)$")


@value_class
class IdList:
    """A BTF_ID_LIST() of functions: the rows of its first and last line from 0, and their names."""

    first: int
    last: int
    names: tuple[str, ...]


@value_class
class Id:
    """One BTF_ID_FLAGS(): the kfunc with its flags, the rows from 0 that it takes, and where it begins."""

    name: str
    flags: frozenset[str]
    first: int
    last: int
    column: int

    @property
    def iterator(self) -> bool:
        """Whether it is one of an iterator's three kfuncs."""
        return bool(_ITERATOR.fullmatch(self.name))


@value_class
class IdSet:
    """A set: the rows of its first and last line, and the ids between them."""

    name: str
    first: int
    last: int
    ids: tuple[Id, ...]


def read(code: str) -> tuple[tuple[Id, ...], tuple[IdSet, ...]]:
    """All ids in a text without comments, in a set or not, and all sets that have an end."""
    ids: list[Id] = []
    sets: list[IdSet] = []
    opened: tuple[int, int] | None = None  # its row, and how many ids were before it
    row = begin = 0
    for found in _ROW.finditer(code):
        row += code.count("\n", begin, found.start())
        begin = found.start()
        if found["id"]:
            ids.append(_id(found, row))
        elif found["edge"] == "START":
            opened = row, len(ids)
        elif opened:
            inner = tuple(ids[opened[1] :])
            if inner or "_SET_" not in found[0]:  # one of plain ids is no set of kfuncs
                sets.append(IdSet(found["set"], opened[0], row, inner))
            opened = None
    return tuple(ids), tuple(sets)


def unended(code: str) -> Iterator[tuple[int, str]]:
    """Each set of a text without comments that nothing closes: the row it begins in, and its name."""
    edges = [found for found in _ROW.finditer(code) if found["edge"]]
    closed = {found["set"] for found in edges if found["edge"] == "END"}
    for found in edges:
        if found["edge"] == "START" and found["set"] not in closed:
            yield code.count("\n", 0, found.start()), found["set"]


def _id(found: re.Match[str], row: int) -> Id:
    flags = frozenset(re.split(r"[\s|]+", found["flags"] or "")) - {""}
    column = len(found[0]) - len(found[0].lstrip())
    return Id(found["id"], flags, row, row + found[0].count("\n"), column)


def lists(lines: Sequence[str], name: str) -> tuple[IdList, ...]:
    """Every list of that name; more than one is a mistake in the file."""
    starts = (row for row, line in enumerate(lines) if line == f"BTF_ID_LIST({name})")
    return tuple(_list(lines, first) for first in starts)


def _list(lines: Sequence[str], first: int) -> IdList:
    names: list[str] = []
    last = first
    while last + 1 < len(lines) and (found := _LISTED.match(lines[last + 1])):
        names += [found[1]] if found[1] else []
        last += 1
    return IdList(first, last, tuple(names))
