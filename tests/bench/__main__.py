# SPDX-License-Identifier: GPL-2.0-only
"""`make bench`: measure what the project promises, show it beside the limits, exit 1 when one is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from figures import ALL, Benchmark, Figure
from measure import FailedRunError


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", help=f"which of {', '.join(b.__name__ for b in ALL)} (default: all)"
    )
    parser.add_argument("--times", type=int, default=5, help="runs of each after the warm-up (default: 5)")
    options = parser.parse_args()
    chosen = [b for b in ALL if not options.names or b.__name__ in options.names]
    print(f"{'figure':<28}{'median':>10}{'limit':>10}       verdict")
    kept = [shown(benchmark, options.times) for benchmark in chosen]
    return 0 if all(kept) else 1


def shown(benchmark: Benchmark, times: int) -> bool:
    """Measure and print; false when a limit is missed or there is nothing to measure."""
    try:
        with tempfile.TemporaryDirectory(prefix="kiter-bench-") as folder:
            kept = [line(figure) for figure in benchmark(Path(folder), times)]
            return all(kept)
    except FailedRunError as error:
        print(f"{benchmark.__name__:<28}{'-':>10}{'-':>10}       FAILED: {error}", flush=True)
        return False


def line(figure: Figure) -> bool:
    verdict = "kept" if figure.kept else "MISSED"
    print(
        f"{figure.what:<28}{figure.value:>10.2f}{figure.limit:>10.2f} {figure.unit:<5} {verdict}", flush=True
    )
    return figure.kept


if __name__ == "__main__":
    sys.exit(main())
