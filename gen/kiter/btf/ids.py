# SPDX-License-Identifier: GPL-2.0-only
"""The sets of kfuncs in a .BTF_ids section: BTF ids with their KF_ flags.

A set (BTF_SET8_START, include/linux/btf_ids.h) is a count, a word of marks, and as many pairs of
id and flags, sorted by id. Symbols say where each begins; in a stripped file only the pattern does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from kiter.btf.elf import Elf
from kiter.value_class import value_class

SECTION = ".BTF_ids"
SYMBOL = "__BTF_ID__set8__"
# include/linux/btf_ids.h, BTF_SET8_KFUNCS: set by BTF_KFUNCS_START, since Linux 6.9
KFUNCS = 1
MOST = 4096  # ids in one set; the kernel registers no more than 256 for a hook (BTF_KFUNC_SET_MAX_CNT)


@value_class
class IdSet:
    """A set as stored: pairs of id and flags; `name` is "" where no symbol told it."""

    name: str
    marks: int
    pairs: tuple[tuple[int, int], ...]


def id_sets(elf: Elf, functions: frozenset[int]) -> tuple[IdSet, ...]:
    """All sets of pairs in a file; `functions` are the ids of functions, to know a set by its pattern."""
    section = elf.section(SECTION)
    if section is None:
        return ()
    whole = len(section.data) - len(section.data) % 4
    words = struct.unpack(f"{elf.order}{whole // 4}I", section.data[:whole])
    named = {
        (symbol.value - section.address) // 4: symbol.name.removeprefix(SYMBOL)
        for symbol in elf.symbols()
        if symbol.name.startswith(SYMBOL)
    }
    if not named:
        return tuple(_by_pattern(words, functions))
    return tuple(
        IdSet(name, words[at + 1], _pairs(words, at))
        for at, name in sorted(named.items())
        if _fits(words, at)
    )


def _fits(words: Sequence[int], at: int) -> bool:
    return 0 <= at <= len(words) - 2 and 2 * words[at] <= min(len(words) - at - 2, 2 * MOST)


def _pairs(words: Sequence[int], at: int) -> tuple[tuple[int, int], ...]:
    first = at + 2
    return tuple((words[i], words[i + 1]) for i in range(first, first + 2 * words[at], 2))


def _by_pattern(words: Sequence[int], functions: frozenset[int]) -> Iterator[IdSet]:
    """Sets that are not empty: the mark of kfuncs, then functions only, in the order of their ids."""
    at = 0
    while at < len(words):
        if words[at] > 0 and _fits(words, at) and words[at + 1] == KFUNCS:
            pairs = _pairs(words, at)
            ids = [number for number, _ in pairs]
            if ids == sorted(set(ids)) and functions.issuperset(ids):
                yield IdSet("", words[at + 1], pairs)
                at += 2 + 2 * words[at]
                continue
        at += 1
