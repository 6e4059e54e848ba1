# SPDX-License-Identifier: GPL-2.0-only
"""`python -m tools.bench.keystrokes`: the seconds that a key takes in an editor, in the slowest spec.

After each key the whole spec is judged for all targets, and what may be typed there is looked for.
"""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from kiter.lsp.complete import choices
from kiter.lsp.diagnose import diagnose, read
from kiter.target.profile import verified

KEYS = 12
SPECS = Path(__file__).parents[2] / "specs"


def slowest() -> float:
    """The largest median over all specs."""
    return max(median(_pressed(path)) for path in SPECS.rglob("*.yaml"))


def _pressed(path: Path) -> list[float]:
    """The seconds of each of some keys, pressed one after another in the middle of the spec."""
    lines = path.read_text("utf-8").split("\n")
    row = next(number for number in range(len(lines) // 2, len(lines)) if lines[number].strip())
    taken = []
    for key in "x" * KEYS:
        lines[row] += key
        start = time.perf_counter()
        text = "\n".join(lines)
        diagnose(text, str(path), verified())
        document = read(text, str(path))
        choices(lines, row, len(lines[row]), document.data if document else {}, None)
        taken.append(time.perf_counter() - start)
    return taken


if __name__ == "__main__":
    print(slowest())
