# SPDX-License-Identifier: GPL-2.0-only
"""How much work a call is, as a number that is the same on a fast machine and on a busy one."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

TraceFunction = Callable[[FrameType, str, Any], Any]


class _Counter:
    """Counts lines of Python as they run, and calls of functions that are written in C."""

    def __init__(self) -> None:
        self.steps = 0

    def line(self, _frame: FrameType, event: str, _: object) -> TraceFunction:
        """For sys.settrace()."""
        self.steps += event == "line"
        return self.line

    def call(self, _frame: FrameType, event: str, _: object) -> None:
        """For sys.setprofile()."""
        self.steps += event == "c_call"


def steps(work: Callable[[], object]) -> int:
    """The steps that `work` takes the second time: what is only done once, such as imports, does not count.

    What C code does inside of one call is one step, so `work` should be large where Python loops.
    """
    work()
    counter = _Counter()
    tracer, profiler = sys.gettrace(), sys.getprofile()
    # others may have asked to be called when garbage is collected
    gc.collect()
    gc.disable()
    sys.settrace(counter.line)
    sys.setprofile(counter.call)
    try:
        work()
    finally:
        sys.setprofile(profiler)
        sys.settrace(tracer)
        gc.enable()
    return counter.steps


def growth(work: Callable[[int], object], size: int) -> float:
    """How many times the steps twice the size takes: 2 where the work grows with it, 4 with its square."""
    return steps(lambda: work(2 * size)) / steps(lambda: work(size))
