# SPDX-License-Identifier: GPL-2.0-only
"""Templates as Python compiled them before: half of what a small run would spend otherwise."""

from __future__ import annotations

import hashlib
import sys

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from kiter.cache.keys import key_of
from kiter.cache.store import Cache

DIGEST = hashlib.sha256().digest_size


class Bytecode(BytecodeCache):
    """Templates in the cache, by their text and by what compiled them; one is used only if it is whole."""

    def __init__(self, cache: Cache) -> None:
        self.cache = cache

    def load_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        raw = self.cache.raw("templates", _key(bucket))
        if raw and hashlib.sha256(raw[DIGEST:]).digest() == raw[:DIGEST]:
            bucket.bytecode_from_string(raw[DIGEST:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        raw = bucket.bytecode_to_string()
        self.cache.write_raw("templates", _key(bucket), hashlib.sha256(raw).digest() + raw)


def _key(bucket: Bucket) -> str:
    return key_of("template", jinja2.__version__, sys.version, bucket.key, bucket.checksum)
