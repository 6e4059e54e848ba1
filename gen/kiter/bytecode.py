# SPDX-License-Identifier: GPL-2.0-only
"""Templates as Python compiled them before: half of what a small run would spend otherwise.

All of them are in one file, to which each that had to be compiled is added: a small run needs a hundred.
"""

from __future__ import annotations

import marshal
import struct
import sys
import zlib
from collections.abc import Iterator
from functools import cached_property

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from kiter.cache.keys import key_of
from kiter.cache.store import Cache

_KIND = "bytecode"
_ROW = struct.Struct("<80sII")  # which template and text, a checksum of the code and its length
_MOST_BYTES = 2 << 20  # three times as much as all of them; what older texts of templates came to stays

_Code = tuple[int, memoryview]  # with its checksum
_NONE: _Code = (0, memoryview(b""))


class Bytecode(BytecodeCache):
    """Templates in the cache, by their text and by what compiled them; one is used only if it is whole."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._file = key_of("templates", jinja2.__version__, sys.version)

    @cached_property
    def _known(self) -> dict[bytes, _Code]:
        """The code of each template; a file that was cut off is fixed, one too long is begun anew."""
        raw = self._cache.raw(_KIND, self._file)
        rows = list(_rows(raw)) if len(raw) <= _MOST_BYTES else []
        whole = sum(_ROW.size + len(code) for _, (_, code) in rows)
        if whole < len(raw):
            self._cache.write_raw(_KIND, self._file, raw[:whole])
        return dict(rows)

    def load_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        checksum, code = self._known.get(_name(bucket), _NONE)
        if code and zlib.crc32(code) == checksum:
            bucket.code = marshal.loads(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        code = marshal.dumps(bucket.code)
        row = _ROW.pack(_name(bucket), zlib.crc32(code), len(code))
        self._cache.append_raw(_KIND, self._file, row + code)


def _name(bucket: Bucket) -> bytes:
    return f"{bucket.key}{bucket.checksum}".encode()


def _rows(raw: bytes) -> Iterator[tuple[bytes, _Code]]:
    """Each template with its code, up to where the file was cut off; the last of several is right."""
    view = memoryview(raw)
    start = 0
    while start + _ROW.size <= len(raw):
        name, checksum, size = _ROW.unpack_from(raw, start)
        start += _ROW.size + size
        if start > len(raw):
            return
        yield name, (checksum, view[start - size : start])
