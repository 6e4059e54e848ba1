# SPDX-License-Identifier: GPL-2.0-only
"""`make replace`: a kernel with the generated iterators, judged by its own selftests and by ours."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter import frontend
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel.kernels import Kernel
from kiter.spec.model import Spec
from kiter.target.profile import Profile, profile
from kiter.vm import session
from kiter.vm.conformance import verdicts
from kiter.vm.prototype import Prototype, existing, job
from kiter.vm.results import Check, GuestReport
from tools.kernels.build import VERSION, BuildTree, build_tree, say
from tools.replace import report, upstream
from tools.replace.report import Judged

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs/replace.md"


def main() -> int:
    """Status 1 if fewer selftests pass than on the untouched kernel, 2 if nothing can be said."""
    options = _parser().parse_args()
    try:
        before, after = _compared()
    except KiterError as error:
        for found in error.diagnostics:
            print(
                f"{found.at.file}:{found.at.line}: {found.code}: {found.message}\n{found.reason}",
                file=sys.stderr,
            )
        return 2
    text = report.page(before, after)
    print(text)
    if not options.no_page:
        PAGE.write_text(text)
    return report.status(before, after)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.replace", description=__doc__)
    parser.add_argument("--no-page", action="store_true", help="print the result, and leave docs/replace.md")
    return parser


def _compared() -> tuple[Judged, Judged]:
    target = profile(VERSION)
    its = frontend.read(sorted((ROOT / "specs").glob("*.yaml")), target).iterators
    cache = Cache()
    with build_tree() as made:
        before = _judge("as it is", made, its, target, cache)
        made.replace(its, target)
        try:
            after = _judge("replaced", made, its, target, cache)
        finally:
            made.untouched()
    return before, after


def _judge(name: str, made: BuildTree, its: Sequence[Spec], target: Profile, cache: Cache) -> Judged:
    kernel, seconds = made.make("plain")
    say(f"the kernel's own selftests on the kernel {name}")
    own = upstream.run(made.tree, kernel, cache)
    say(f"the generated contract suite on the kernel {name}")
    return Judged(name, seconds, own, _contract(kernel, its, target, cache), made.versions(kernel))


def _contract(kernel: Kernel, its: Sequence[Spec], target: Profile, cache: Cache) -> report.Contract:
    prototypes = existing(its, target, kernel)
    result = session.run_session(job(prototypes, kernel, cache), cache=cache)
    found = {p.it.name: verdicts(_checks(p, result.report)) for p in prototypes}
    return report.Contract(result.report, found)


def _checks(prototype: Prototype, told: GuestReport) -> Iterator[Check]:
    """Those of one iterator."""
    return (check for check in told.checks if check.test == prototype.test)


if __name__ == "__main__":
    sys.exit(main())
