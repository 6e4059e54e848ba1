# SPDX-License-Identifier: GPL-2.0-only
"""`make mutants`: seed bugs into the emitted C, and tell which of them the generated tests find."""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path

from kiter.errors import KiterError
from kiter.target.profile import verified
from tools.mutants import report
from tools.mutants.catalogue import mutants
from tools.mutants.mutant import Mutant, StaleMutantError
from tools.mutants.run import BrokenControlError, Laboratory, Verdict, laboratory

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/mutants.md"


def main() -> int:
    """Status 1 below the wanted score, 2 if nothing can be said."""
    options = _parser().parse_args()
    wanted = partial(_wanted, names=options.names)
    if options.list:
        print("\n".join(report.listed(dict.fromkeys(m for t in verified() for m in wanted(mutants(t))))))
        return 0
    try:
        found = {k: v for k in options.kernel or [""] for k, v in [_judged(k, wanted, options)]}
    except (KiterError, BrokenControlError, StaleMutantError) as error:
        print(f"{type(error).__name__}: {_told(error)}", file=sys.stderr)
        return 2
    if options.page:
        PAGE.write_text(report.page(found))
    return 0 if all(report.score(result.verdicts) >= report.LIMIT for result in found.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these only, such as 'css:*' (default: all)")
    parser.add_argument("--list", action="store_true", help="say what there is and run nothing")
    parser.add_argument("--kernel", action="append", help="on this kernel, and further ones (default: 6.12)")
    parser.add_argument("--workers", type=int, default=2, help="boots at the same time (default: 2)")
    parser.add_argument("--known", action="store_true", help="run nothing: say what is known from before")
    parser.add_argument("--page", action="store_true", help="write docs/mutants.md")
    return parser


def _wanted(every: Iterable[Mutant], names: Sequence[str]) -> list[Mutant]:
    return [m for m in every if not names or any(fnmatch.fnmatch(m.name, name) for name in names)]


def _told(error: Exception) -> str:
    if isinstance(error, KiterError):
        return "; ".join(f"{d.message}: {d.reason}" for d in error.diagnostics)
    return str(error)


def _judged(
    kernel: str, wanted: Callable[[Iterable[Mutant]], list[Mutant]], options: argparse.Namespace
) -> tuple[str, report.Result]:
    """The release of the kernel, and what became of the mutants there."""
    lab = laboratory(kernel)
    chosen = wanted(mutants(lab.target))
    lab.check_all(chosen)
    verdicts = [v for m in chosen if (v := lab.known(m))] if options.known else _tried(lab, chosen, options)
    print("\n".join(report.summary(verdicts)))
    return lab.kernel.release, report.Result(tuple(verdicts), len(chosen) - len(verdicts))


def _tried(lab: Laboratory, chosen: Sequence[Mutant], options: argparse.Namespace) -> list[Verdict]:
    began = time.monotonic()
    print(f"{len(chosen)} mutants; without them {lab.control(chosen)} checks pass", flush=True)
    verdicts = [known for m in chosen if (known := lab.known(m))]
    print(f"{len(verdicts)} are known from before", flush=True)
    there = {v.mutant for v in verdicts}
    for verdict in _verdicts(lab, [m for m in chosen if m not in there], options.workers):
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
