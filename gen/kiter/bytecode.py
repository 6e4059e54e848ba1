# SPDX-License-Identifier: GPL-2.0-only
"""Templates as Python compiled them before: half of what a small run would spend otherwise."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

DIGEST = hashlib.sha256().digest_size


class Bytecode(BytecodeCache):
    """One file for each template below `root`; Jinja compares the template's own text.

    A file is used only if it is whole, and one that cannot be read or written costs time only.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / "templates" / jinja2.__version__

    def load_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        try:
            raw = (self.folder / bucket.key).read_bytes()
        except OSError:
            return
        if hashlib.sha256(raw[DIGEST:]).digest() == raw[:DIGEST]:
            bucket.bytecode_from_string(raw[DIGEST:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See BytecodeCache."""
        raw = bucket.bytecode_to_string()
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, new = tempfile.mkstemp(dir=self.folder, prefix=".")
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(raw).digest() + raw)
            # by rename, so that runs at the same time see whole files
            Path(new).replace(self.folder / bucket.key)
