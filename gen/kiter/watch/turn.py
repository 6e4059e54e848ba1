# SPDX-License-Identifier: GPL-2.0-only
"""A run and what it came to, made in a process of its own.

What is imported exists already, what a run remembers of specs and fixtures ends with it, and it can be
interrupted by the next save.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import field

from kiter.value_class import value_class

_INTERRUPT = (signal.SIGINT,)
_GRACE = 5.0  # for one that is interrupted, until it is killed


@value_class
class Turn:
    """What a run came to.

    title: in a word or two, such as "pass"
    good: whether nothing is wrong
    told: the findings or the verdicts, as other commands show them
    checks: whether each passed, by iterator
    emitted: the C of each iterator that was generated
    """

    title: str
    good: bool
    told: str
    checks: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    emitted: Mapping[str, str] = field(default_factory=dict)


class Child:
    """The process of one run; `ready` can be read from once it is over."""

    def __init__(self, work: Callable[[], Turn]) -> None:
        """Begins it."""
        sys.stdout.flush()
        self.ready, told = os.pipe()
        # one that comes before the child is ready for it waits until it is
        signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
        self._pid = os.fork()
        if not self._pid:
            # a group of its own: ^C reaches it by interrupt() alone, once
            os.setpgid(0, 0)
            _do(work, told)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
        with contextlib.suppress(OSError):
            os.setpgid(self._pid, 0)
        os.close(told)

    def result(self) -> Turn | None:
        """Waits for its end; None if it did not come to one."""
        with os.fdopen(self.ready, "rb") as file:
            raw = file.read()
        os.waitpid(self._pid, 0)
        return pickle.loads(raw) if raw else None

    def interrupt(self) -> None:
        """Ends it and what it has started as ^C does; waits until it has cleaned up, but not forever."""
        until = time.monotonic() + _GRACE
        _signal(self._pid, signal.SIGINT)
        while os.waitpid(self._pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                _signal(self._pid, signal.SIGKILL)
            time.sleep(0.02)
        os.close(self.ready)


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _do(work: Callable[[], Turn], told: int) -> None:
    """What the child does: it never returns, and says nothing on the terminal.

    An interrupt ends the work whatever it means to the parent, and does nothing before or after it.
    """
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        with os.fdopen(told, "wb") as file:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
            turn = work()
            signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
            pickle.dump(turn, file)
        status = 0
    finally:
        os._exit(status)
