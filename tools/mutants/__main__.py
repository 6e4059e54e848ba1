# SPDX-License-Identifier: GPL-2.0-only
"""`make mutants`: what `kiter mutate` does, for every spec, and with the bugs of the tables here."""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.mutants.laboratory import Laboratory, laboratory
from kiter.mutants.mutant import Mutant, StaleMutantError
from kiter.mutants.verdict import Verdict
from kiter.target.profile import nearest, verified
from tools.mutants import report
from tools.mutants.catalogue import iterators, mutants

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
    except (KiterError, StaleMutantError) as error:
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
        return "; ".join(f"{d.at.file} {d.message}: {d.reason}" for d in error.diagnostics)
    return str(error)


def _judged(
    release: str, wanted: Callable[[Iterable[Mutant]], list[Mutant]], options: argparse.Namespace
) -> tuple[str, report.Result]:
    """The release of the kernel, and what became of the mutants there, spec by spec."""
    kernel, cache = kernels.find(release), Cache()
    target = nearest(kernel.release)
    chosen, its = wanted(mutants(target)), iterators(target)
    verdicts: list[Verdict] = []
    began = time.monotonic()
    for spec in dict.fromkeys(m.spec for m in chosen):
        lab = laboratory({spec: its[spec]}, target, kernel, cache)
        own = [m for m in chosen if m.spec == spec]
        lab.check_all(own)
        found = [v for m in own if (v := lab.known(m))]
        if not options.known:
            found += _tried(lab, own, found, options.workers)
        verdicts += sorted(found, key=lambda v: own.index(v.mutant))
        print(report.line(spec, found, time.monotonic() - began), flush=True)
    print("\n".join(report.summary(verdicts)))
    return kernel.release, report.Result(tuple(verdicts), len(chosen) - len(verdicts))


def _tried(lab: Laboratory, own: Sequence[Mutant], found: Sequence[Verdict], workers: int) -> list[Verdict]:
    lab.control(own)
    there = {v.mutant for v in found}
    return list(lab.judged([m for m in own if m not in there], workers))


if __name__ == "__main__":
    sys.exit(main())
