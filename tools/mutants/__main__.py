# SPDX-License-Identifier: GPL-2.0-only
"""`make mutants`: seed bugs into the emitted C, and tell which of them the generated tests find."""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from kiter.errors import KiterError
from tools.mutants import report
from tools.mutants.catalogue import ALL
from tools.mutants.mutant import Mutant, StaleMutantError
from tools.mutants.run import BrokenControlError, Laboratory, Verdict, laboratory


def main() -> int:
    """Status 1 below the wanted score, 2 if nothing can be said."""
    options = _parser().parse_args()
    chosen = [m for m in ALL if not options.names or any(fnmatch.fnmatch(m.name, n) for n in options.names)]
    if options.list or not chosen:
        print("\n".join(report.listed(chosen)) or "there is no such mutant")
        return 0 if chosen else 2
    try:
        verdicts = _judged(chosen, options.workers)
    except (KiterError, BrokenControlError, StaleMutantError) as error:
        print(f"{type(error).__name__}: {_told(error)}", file=sys.stderr)
        return 2
    print("\n".join(report.summary(verdicts)))
    return 0 if report.score(verdicts) >= report.LIMIT else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these only, such as 'css:*' (default: all)")
    parser.add_argument("--list", action="store_true", help="say what there is and run nothing")
    parser.add_argument("--workers", type=int, default=2, help="boots at the same time (default: 2)")
    return parser


def _told(error: Exception) -> str:
    if isinstance(error, KiterError):
        return "; ".join(f"{d.message}: {d.reason}" for d in error.diagnostics)
    return str(error)


def _judged(chosen: Sequence[Mutant], workers: int) -> list[Verdict]:
    began = time.monotonic()
    lab = laboratory(m.spec for m in ALL)
    left_out = [m for m in chosen if m.spec not in lab.made]
    chosen = [m for m in chosen if m.spec in lab.made]
    if left_out:
        print(f"{len(left_out)} mutants need a newer kernel: set KITER_KERNEL to its release", flush=True)
    lab.check_all(chosen)
    print(f"{len(chosen)} mutants; without them {lab.control(chosen)} checks pass", flush=True)
    verdicts: list[Verdict] = []
    for verdict in _verdicts(lab, chosen, workers):
        verdicts.append(verdict)
        print(report.line(verdict, len(verdicts), len(chosen), time.monotonic() - began), flush=True)
    return sorted(verdicts, key=lambda v: chosen.index(v.mutant))


def _verdicts(lab: Laboratory, chosen: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(lab.judge, batch) for batch in batches(chosen)]
        for done in as_completed(running):
            yield from done.result()


def batches(chosen: Sequence[Mutant]) -> list[list[Mutant]]:
    """Those that may share a boot, one of each iterator; what needs its own comes first."""
    alone = [[m] for m in chosen if m.alone]
    shared: list[list[Mutant]] = []
    for mutant in (m for m in chosen if not m.alone):
        place = next((b for b in shared if all(o.spec != mutant.spec for o in b)), None)
        if place is None:
            shared.append([mutant])
        else:
            place.append(mutant)
    return alone + shared


if __name__ == "__main__":
    sys.exit(main())
