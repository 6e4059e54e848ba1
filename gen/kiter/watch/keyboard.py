# SPDX-License-Identifier: GPL-2.0-only
"""Single keys from a terminal, which is as it was afterwards; ^C is one of them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator, Sequence

QUIT = "q"


@contextlib.contextmanager
def opened() -> Iterator[tuple[int, ...]]:
    """The files to read keys from, while they come one by one; the first has `QUIT` for each ^C."""
    with _interrupts() as interrupts, _terminal() as keys:
        yield (interrupts, *keys)


@contextlib.contextmanager
def _interrupts() -> Iterator[int]:
    """An interrupt waits to be read, wherever it comes: an exception could come between any two statements.

    Whoever starts this one in the background of a script has interrupts ignored; here they are not.
    """
    told, tell = os.pipe()
    before = signal.signal(signal.SIGINT, lambda *_: os.write(tell, QUIT.encode()))
    try:
        yield told
    finally:
        signal.signal(signal.SIGINT, before)
        os.close(tell)
        os.close(told)


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, ...]]:
    """The terminal, if there is one."""
    if not (sys.stdin and sys.stdin.isatty()):
        yield ()
        return
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle)
        yield (handle,)
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)


def waited(keys: Sequence[int], other: int | None, seconds: float) -> tuple[str, bool]:
    """The key that is pressed within that time, or ""; and whether the other file has something to read."""
    files = [*keys, *(() if other is None else (other,))]
    ready = select.select(files, [], [], seconds)[0]
    pressed = next((file for file in keys if file in ready), None)
    key = "" if pressed is None else os.read(pressed, 1).decode("ascii", "replace")
    return key, other in ready
