# SPDX-License-Identifier: GPL-2.0-only
"""The bytes of a .BTF section, split up: type words, where each type begins, and strings.

A vmlinux has more than a hundred thousand types, so nothing is decoded before it is asked for.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Mapping

from kiter.btf.broken import broken
from kiter.btf.kinds import COUNT_MASK, HEAD_WORDS, KIND_MASK, KIND_SHIFT, WORDS
from kiter.value_class import value_class

MAGIC = 0xEB9F
_ORDERS = {struct.pack("<H", MAGIC): "<", struct.pack(">H", MAGIC): ">"}
_NATIVE = "<" if sys.byteorder == "little" else ">"
_SHORTEST = 24
_WITH_LAYOUT = 32


@value_class
class Blob:
    """One BTF without its base: `words` of all types, and `starts`, the first word of each."""

    words: memoryview
    starts: array[int]
    strings: bytes


def is_btf(raw: bytes) -> bool:
    """Whether the bytes begin as BTF does."""
    return bytes(raw[:2]) in _ORDERS


def parse(raw: bytes, file: str) -> Blob:
    """Split up a .BTF section; raises KiterError R40 unless every type and string is whole."""
    order = _ORDERS.get(bytes(raw[:2]))
    if order is None:
        raise broken(file, "it does not begin as BTF does")
    if len(raw) < _SHORTEST:
        raise broken(file, "the header is cut short")
    length, types_at, types_size, strings_at, strings_size = struct.unpack_from(f"{order}5I", raw, 4)
    if length < _SHORTEST or length > len(raw):
        raise broken(file, "the header is cut short")
    body = memoryview(raw)[length:]
    types = _part(body, types_at, types_size, file)
    strings = _part(body, strings_at, strings_size, file)
    if strings and strings[-1]:
        raise broken(file, "the last string has no end")
    if len(types) % 4:
        raise broken(file, "the types do not fill their words")
    words = array("I", types)
    if order != _NATIVE:
        words.byteswap()
    at, size = struct.unpack_from(f"{order}2I", raw, _SHORTEST) if length >= _WITH_LAYOUT else (0, 0)
    layout = _layout(_part(body, at, size, file), order, file)
    return Blob(memoryview(words), _starts(memoryview(words), layout, file), strings)


def _part(body: memoryview, at: int, size: int, file: str) -> bytes:
    if at + size > len(body):
        raise broken(file, "it is cut short")
    return bytes(body[at : at + size])


def _layout(raw: bytes, order: str, file: str) -> Mapping[int, tuple[int, int]]:
    """How long each kind is: what is known, and what a later kernel says of kinds of its own.

    Linux 7.3 describes its kinds in a section of their own (struct btf_layout).
    """
    entries = struct.iter_unpack(f"{order}BBH", raw[: len(raw) - len(raw) % 4])
    told = {kind: (info, each) for kind, (info, each, _) in enumerate(entries) if kind not in WORDS and kind}
    odd = [kind for kind, (info, each) in told.items() if (info | each) % 4]
    if odd:
        raise broken(file, f"types of kind {odd[0]} do not fill their words")
    return {kind: (info // 4, each // 4) for kind, (info, each) in told.items()} | dict(WORDS)


def _starts(words: memoryview, lengths: Mapping[int, tuple[int, int]], file: str) -> array[int]:
    starts = array("I")
    append = starts.append
    fixed = [-1] * (KIND_MASK + 1)
    each = [0] * (KIND_MASK + 1)
    for kind, (after, one) in lengths.items():
        if kind <= KIND_MASK:
            fixed[kind], each[kind] = HEAD_WORDS + after, one
    at, end = 0, len(words)
    while at + HEAD_WORDS <= end:
        append(at)
        info = words[at + 1]
        kind = info >> KIND_SHIFT & KIND_MASK
        if fixed[kind] < 0:
            raise broken(file, f"type {len(starts)} is of kind {kind}, which is not known")
        at += fixed[kind] + each[kind] * (info & COUNT_MASK)
    if at != end:
        raise broken(file, f"type {len(starts)} is cut short")
    return starts
