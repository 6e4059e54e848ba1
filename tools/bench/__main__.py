# SPDX-License-Identifier: GPL-2.0-only
"""`make bench`: measure what is promised, show it beside the limits, exit 1 when one is missed.

Times are told as they would be on the machine that the limits are for (work.py).
Generated code is compared with the kernel's own last, and that is written to docs/fast.md too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from subprocess import CalledProcessError

from tools.bench.figures import ALL, Benchmark, Figure
from tools.bench.measure import FailedRunError

BY_HAND = "by_hand"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    names = [*(b.__name__ for b in ALL), BY_HAND]
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(names)} (default: all)")
    parser.add_argument("--times", type=int, default=5, help="runs of each after the warm-up (default: 5)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    chosen = [b for b in ALL if not options.names or b.__name__ in options.names]
    print(f"{'figure':<34}{'median':>10}{'limit':>10}       verdict")
    kept = [shown(benchmark, options.times) for benchmark in chosen]
    if not options.names or BY_HAND in options.names:
        kept.append(compared())
    return 0 if all(kept) else 1


def shown(benchmark: Benchmark, times: int) -> bool:
    """Measure and print; false when a limit is missed or there is nothing to measure."""
    try:
        with tempfile.TemporaryDirectory(prefix="kiter-bench-") as folder:
            kept = [line(figure) for figure in benchmark(Path(folder), times)]
            return all(kept)
    except (FailedRunError, CalledProcessError) as error:
        print(f"{benchmark.__name__:<34}{'-':>10}{'-':>10}       FAILED: {error}", flush=True)
        return False


def compared() -> bool:
    """Print and write the page; false when something is larger or slower without a reason."""
    # Imported here: this process must stay small while the others are measured.
    from kiter.errors import KiterError
    from tools.bench import by_hand

    try:
        kernels = by_hand.measured()
    except (FailedRunError, KiterError) as error:
        print(f"FAILED: {error}", flush=True)
        return False
    text = by_hand.page(kernels)
    by_hand.PAGE.write_text(text, encoding="utf-8")
    wrong = by_hand.wrong(kernels)
    print(text, *(f"MISSED: {one}" for one in wrong), sep="\n", flush=True)
    return not wrong


def line(figure: Figure) -> bool:
    verdict = "kept" if figure.kept else "MISSED"
    print(
        f"{figure.what:<34}{figure.value:>10.2f}{figure.limit:>10.2f} {figure.unit:<5} {verdict}", flush=True
    )
    return figure.kept


if __name__ == "__main__":
    sys.exit(main())
