# SPDX-License-Identifier: GPL-2.0-only
"""Python imports this by itself at its start: it leaves the process's own peak memory behind.

What a parent learns by waiting is the peak of the whole family, QEMU and the compilers included.
"""

from __future__ import annotations

import atexit
import os
import resource
from pathlib import Path


def report(folder: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    Path(folder, str(os.getpid())).write_text(str(peak), encoding="ascii")


if "BENCH_PEAKS" in os.environ:
    atexit.register(report, os.environ["BENCH_PEAKS"])
