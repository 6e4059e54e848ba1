# SPDX-License-Identifier: GPL-2.0-only
"""A fixed piece of work, compiling one file for Linux 6.12: it tells how fast the machine is just now.

Limits of time are for a machine that takes REFERENCE seconds for it; what is measured on another is told as
it would be there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

REFERENCE = 0.35
FILE = Path(__file__).with_name("work.c")


class Command(NamedTuple):
    """What is run, and where."""

    words: list[str]
    cwd: str


def slowness() -> float:
    """How many times as long as on the machine of the limits the work takes; raises CalledProcessError."""
    command = _command()
    start = time.perf_counter()
    subprocess.run(command.words, cwd=command.cwd, check=True, capture_output=True)
    return (time.perf_counter() - start) / REFERENCE


@cache
def _command() -> Command:
    """How kbuild compiles the file. A process of its own finds out: this one must stay small."""
    asked = [sys.executable, "-m", __name__]
    done = subprocess.run(asked, cwd=FILE.parents[2], check=True, capture_output=True)
    return Command(*json.loads(done.stdout))


def _asked() -> Command:
    from kiter.cache.store import opened
    from kiter.kernel import headers, kbuild

    with opened() as memory:
        how = kbuild.ask(headers.find("6.12", wanted="6.12"), memory)
    flags = [*how.flags, *kbuild.object_flags(FILE.name)]
    return Command([how.compiler.path, *flags, "-c", "-o", "/dev/null", str(FILE)], str(how.cwd))


if __name__ == "__main__":
    print(json.dumps(_asked()))
