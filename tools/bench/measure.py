# SPDX-License-Identifier: GPL-2.0-only
"""One run of a program as a whole process: its wall time and its own peak memory."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from tools.bench import work

ROOT = Path(__file__).parents[2]
PROBE = Path(__file__).parent / "probe"


class FailedRunError(Exception):
    """The program that was to be measured did not end well: its time says nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took.

    seconds: wall time
    mebibytes: its own peak memory
    busy: what it and its children kept processors busy, whoever else did
    slower: how many times as long as on the machine of the limits a fixed piece of work took beside it
    """

    seconds: float
    mebibytes: float
    slower: float = 1
    busy: float = 0


def once(*command: str | Path, cwd: Path = ROOT, fine: Collection[int] = (0,)) -> Cost:
    """Run a command that ends with one of some statuses.

    This process must stay smaller than what it measures: a child begins as its copy.
    """
    with tempfile.TemporaryDirectory() as peaks:
        # as for a user, whose Python keeps what it compiled
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment = kept | {"PYTHONPATH": f"{PROBE}:{ROOT / 'gen'}", "BENCH_PEAKS": peaks, "NO_COLOR": "1"}
        start, before = time.perf_counter(), _busy()
        child = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said = child.communicate()[0]
        seconds = time.perf_counter() - start
        if child.returncode not in fine:
            raise FailedRunError(f"exit status {child.returncode}: {last_line(said)}")
        peak = int(Path(peaks, str(child.pid)).read_text("ascii")) / 1024
        return Cost(seconds, peak, busy=_busy() - before)


def _busy() -> float:
    """Seconds of processors that ended children took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"


def typical(run: Callable[[], Cost], times: int) -> Cost:
    """Medians, after a run that warms the caches; the memory is the largest seen."""
    run()
    costs = [_timed(run) for _ in range(times)]
    return Cost(
        median(c.seconds for c in costs),
        max(c.mebibytes for c in costs),
        median(c.slower for c in costs),
        median(c.busy for c in costs),
    )


def _timed(run: Callable[[], Cost]) -> Cost:
    """A run between two pieces of fixed work: it may take minutes, in which a machine changes."""
    before = work.slowness()
    cost = run()
    return replace(cost, slower=(before + work.slowness()) / 2)


def beside(one: Callable[[], Cost], other: Callable[[], Cost], times: int) -> tuple[float, float]:
    """Median seconds of processors for two commands, run in turns so that both see the same machine."""
    one(), other()
    pairs = [(one().busy, other().busy) for _ in range(times)]
    return median(first for first, _ in pairs), median(second for _, second in pairs)
