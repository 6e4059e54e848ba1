# SPDX-License-Identifier: GPL-2.0-only
"""One run of a program as a whole process: its wall time and its own peak memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
PROBE = Path(__file__).parent / "probe"


class FailedRunError(Exception):
    """The program that was to be measured did not end well: its time says nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    mebibytes: float


def once(*command: str | Path, cwd: Path = ROOT) -> Cost:
    """Run a command. This process must stay smaller than what it measures: a child begins as its copy."""
    with tempfile.TemporaryDirectory() as peaks:
        # as for a user, whose Python keeps what it compiled
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment = kept | {"PYTHONPATH": str(PROBE), "BENCH_PEAKS": peaks, "NO_COLOR": "1"}
        start = time.perf_counter()
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
        if child.returncode:
            raise FailedRunError(f"exit status {child.returncode}: {last_line(said)}")
        return Cost(seconds, int(Path(peaks, str(child.pid)).read_text("ascii")) / 1024)


def last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no output"


def typical(run: Callable[[], Cost], times: int) -> Cost:
    """Medians, after a run that warms the caches; the memory is the largest seen."""
    run()
    costs = [run() for _ in range(times)]
    return Cost(median(c.seconds for c in costs), max(c.mebibytes for c in costs))
