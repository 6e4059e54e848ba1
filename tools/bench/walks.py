# SPDX-License-Identifier: GPL-2.0-only
"""Designs of an iterator over tasks, and both forms of one walk, timed in one boot of a virtual machine.

`python -m tools.bench.walks` prints the table of docs/flags.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kiter import frontend
from kiter.cache.store import Cache
from kiter.kernel import kernels
from kiter.vm.job import VmJob
from kiter.vm.programs import Program
from kiter.vm.prototype import job, prototypes
from kiter.vm.results import GuestReport
from kiter.vm.runner import Test
from kiter.vm.session import run_session
from tools.bench.measure import ROOT, FailedRunError

TARGET = "7.3"  # has iter/kmem_cache by hand
SPECS = ("kmem_cache", "letter/process", "letter/letter_task", "letter/task_by_id", "letter/task_or_id")
NAME = "walks"


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk of walks.c, with its number of elements and nanoseconds for each."""

    name: str
    elements: int
    nanoseconds: float
    ratio: float  # over the walk that it is compared with, the median of what each round gave


def timed() -> tuple[Walk, ...]:
    """All walks; raises KiterError, and FailedRunError where a walk did not go well."""
    report = run_session(_job()).report
    wrong = [failure.text for check in report.checks for failure in check.failures]
    found = tuple(_walks(report))
    if wrong or not found:
        raise FailedRunError("; ".join(wrong) or "the guest printed no times")
    return found


def _job() -> VmJob:
    cache, kernel = Cache(), kernels.find(TARGET)
    target = kernels.profile_of(kernel)
    its = frontend.read([ROOT / "specs" / f"{name}.yaml" for name in SPECS], target).iterators
    program, test = (Path(__file__).with_name(f"{NAME}{end}").read_text() for end in (".bpf.c", ".c"))
    whole = job(prototypes(its, target, kernel, cache), kernel, cache)
    mine = replace(whole, programs=(Program(NAME, program),), tests=(Test.of(NAME, test, NAME),))
    return replace(mine, limit=60, deadline=120.0)


def _walks(report: GuestReport) -> Iterator[Walk]:
    rows = (line.split("\t") for _, text in report.output for line in text.splitlines())
    for row in rows:
        if row[0] == "walk" and len(row) == 5:
            yield Walk(row[1], int(row[2]), float(row[3]), float(row[4]))


if __name__ == "__main__":
    for walk in timed():
        print(f"| `{walk.name}` | {walk.elements} | {walk.nanoseconds:.0f} | {walk.ratio:.2f} |")
