# SPDX-License-Identifier: GPL-2.0-only
"""`make stress`: iterators walked for minutes on a debugging kernel, and seeded bugs that must be caught."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kiter import frontend
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel.kernels import Kernel
from kiter.mutants.mutant import Mutant, mutated
from kiter.spec.model import Spec
from kiter.target.profile import Profile, profile
from kiter.vm.prototype import Prototype, existing, has_iterator, prototypes
from tools.kernels.build import VERSION, BuildTree, build_tree, say
from tools.stress import report
from tools.stress.machine import Stressed, stress
from tools.stress.seeds import SEEDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/stress.md"
BRIEF = 15  # seconds for a bug to show


@dataclass(frozen=True, slots=True)
class _Bench:
    """The kernel and what runs on it."""

    kernel: Kernel
    its: Sequence[Spec]
    target: Profile
    cache: Cache

    def own(self) -> list[Prototype]:
        """The kernel's own iterators, which are the generated ones, and modules for those that it lacks."""
        has = [it for it in self.its if has_iterator(self.kernel, it.name)]
        lacks = [it for it in self.its if it not in has]
        return [
            *existing(has, self.target, self.kernel),
            *prototypes(lacks, self.target, self.kernel, self.cache),
        ]

    def seeded(self, seed: Mutant) -> Stressed:
        """What is noticed of an iterator with that bug, as a module."""
        it = next(i for i in self.its if i.name == Path(seed.spec).stem)
        (made,) = prototypes([it], self.target, self.kernel, self.cache)
        wrong = replace(made, rendered=mutated(seed, made.rendered, made.name))
        return stress([wrong], self.kernel, BRIEF, self.cache)


def main() -> int:
    """Status 1 if anything was noticed of the generated code, or a bug was not; 2 if nothing can be said."""
    options = _parser().parse_args()
    try:
        with build_tree() as made:
            return _run(made, options)
    except KiterError as error:
        for found in error.diagnostics:
            print(f"{found.at.file}: {found.code}: {found.message}\n{found.reason}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.stress", description=__doc__)
    parser.add_argument("--seconds", type=int, default=180, help="how long the walks last (default: 180)")
    parser.add_argument("--no-page", action="store_true", help="print the result, and leave docs/stress.md")
    return parser


def _run(made: BuildTree, options: argparse.Namespace) -> int:
    target = profile(VERSION)
    its = frontend.read(sorted((ROOT / "specs").glob("*.yaml")), target).iterators
    made.replace(its, target)
    try:
        kernel, seconds = made.make("debug")
        bench = _Bench(kernel, its, target, Cache())
        say(f"walking for {options.seconds} s")
        whole = stress(bench.own(), kernel, options.seconds, bench.cache)
        caught = {}
        for seed in SEEDS:
            caught[seed] = bench.seeded(seed).caught
            say(f"{seed.name}: {caught[seed] or 'not noticed'}")
    finally:
        made.untouched()
    text = report.page(whole, caught, options.seconds, seconds, made.versions(kernel))
    print(text)
    if not options.no_page:
        PAGE.write_text(text)
    return 1 if whole.caught or not all(caught.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
