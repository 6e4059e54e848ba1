# SPDX-License-Identifier: GPL-2.0-only
"""Single keys from a terminal, which is as it was afterwards."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Iterator


@contextlib.contextmanager
def opened() -> Iterator[int | None]:
    """The file to read keys from, while they come one by one; None where there is no terminal."""
    if not (sys.stdin and sys.stdin.isatty()):
        yield None
        return
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle)
        yield handle
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)


def waited(keys: int | None, other: int | None, seconds: float) -> tuple[str, bool]:
    """The key that is pressed within that time, or ""; and whether the other file has something to read."""
    files = [file for file in (keys, other) if file is not None]
    ready = select.select(files, [], [], seconds)[0]
    key = os.read(keys, 1).decode("ascii", "replace") if keys is not None and keys in ready else ""
    return key, other in ready
