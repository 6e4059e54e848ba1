# SPDX-License-Identifier: GPL-2.0-only
"""`make flaky`: the selftests, boot after boot, beside processes that come and go; all must pass."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kiter import frontend
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.target.profile import nearest
from kiter.vm.job import VmJob
from kiter.vm.prototype import job, prototypes
from kiter.vm.runner import Test
from kiter.vm.session import run_session

ROOT = Path(__file__).parents[2]
LOAD = Path(__file__).with_name("load.c")
# of every fixture one, and a letter's, which walks all that there is
SPECS = ("css", "css_task", "task", "task_vma", "bits", "letter/process")
LIMIT, DEADLINE = 60, 600.0  # seconds of a subtest and of a boot, under that load


def main() -> int:
    """Status 1 if a check failed in any of the boots; 2 if nothing can be said."""
    options = _parser().parse_args()
    try:
        wanted = _job(options.specs, options.kernel)
        failed = Counter(name for boot in range(options.times) for name in _failed(wanted, boot))
    except KiterError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name, times in failed.most_common():
        sys.stdout.write(f"{name}: failed in {times} of {options.times}\n")
    sys.stdout.write(f"{options.times} boots, {len(failed)} checks failed in any of them\n")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.flaky", description=__doc__)
    specs = [str(ROOT / f"specs/{name}.yaml") for name in SPECS]
    parser.add_argument("specs", nargs="*", default=specs, help="specs (default: one of each fixture)")
    parser.add_argument("--kernel", default="", help="which kernel to boot, as for kiter run")
    parser.add_argument("--times", type=int, default=50, help="how many boots (default: 50)")
    return parser


def _job(specs: Sequence[str], name: str) -> VmJob:
    """The tests of the specs behind one that starts the load."""
    kernel, cache = kernels.find(name), Cache()
    target = nearest(kernel.release)
    made = prototypes(frontend.of(list(specs), target).iterators, target, kernel, cache)
    load = Test("load", LOAD.read_text(encoding="utf-8"), ("test_load",), ())
    plain = job(made, kernel, cache)
    return replace(plain, tests=(load, *plain.tests), limit=LIMIT, deadline=DEADLINE)


def _failed(wanted: VmJob, boot: int) -> Iterator[str]:
    """The checks that one boot failed; that it ended in another way counts as one."""
    result = run_session(wanted, cache=Cache())
    checks = result.report.checks
    found = [check.name for check in checks if not check.passed and not check.skipped]
    if result.outcome.status and not found:
        found = [result.outcome.value]
    sys.stdout.write(f"boot {boot + 1}: {len(checks)} checks, {len(found)} failed, {result.seconds:.0f} s\n")
    sys.stdout.flush()
    yield from found


if __name__ == "__main__":
    sys.exit(main())
