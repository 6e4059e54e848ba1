# SPDX-License-Identifier: GPL-2.0-only
"""The time of each walk beside the kernel's own, from `kiter run --against-kernel`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tools.bench.measure import FailedRunError, last_line


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk: nanoseconds per element, and our time over the kernel's, paired round by round."""

    iterator: str
    name: str
    ours: float
    theirs: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Timed:
    """All walks on one kernel, and how it ran."""

    kernel: str
    accelerator: str
    walks: tuple[Walk, ...]


def timed(target: str, specs: Path, limit: float, times: int) -> Timed:
    """Every walk that both have; those of an iterator over the limit are measured `times` times in all.

    Raises FailedRunError when a run does not end well.
    """
    first = _run(target, [specs])
    over = sorted({walk.iterator for walk in first.walks if walk.ratio > limit})
    more = [_run(target, [specs / f"{name}.yaml" for name in over]) for _ in range(times - 1) if over]
    runs = [first, *more]
    return Timed(first.kernel, first.accelerator, tuple(_median(walk, runs) for walk in first.walks))


def _median(walk: Walk, runs: Iterable[Timed]) -> Walk:
    key = (walk.iterator, walk.name)
    same = [one for run in runs for one in run.walks if (one.iterator, one.name) == key]
    ours, theirs, ratio = (median(getattr(o, what) for o in same) for what in ("ours", "theirs", "ratio"))
    return Walk(*key, ours, theirs, ratio)


def _run(target: str, specs: Iterable[Path]) -> Timed:
    words = ["kiter", "run", "--against-kernel", "--kernel", target, "--format", "json", *map(str, specs)]
    done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise FailedRunError(f"exit status {done.returncode}: {last_line(done.stderr or done.stdout)}")
    found = json.loads(done.stdout)
    return Timed(found["kernel"], found["accelerator"], tuple(_walks(found)))


def _walks(found: Mapping[str, Any]) -> Iterator[Walk]:
    for iterator in found["iterators"]:
        for order in (iterator["against"] or {}).get("orders", ()):
            if order["ratio"]:
                spent = order["nanoseconds"]
                yield Walk(iterator["name"], order["walk"], spent["ours"], spent["theirs"], order["ratio"])
