# SPDX-License-Identifier: GPL-2.0-only
"""Pieces of work with a key: done once, on all cores, and remembered."""

from __future__ import annotations

import enum
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kiter.kernel.cache import Cache
from kiter.kernel.messages import Finding


class JobKind(enum.Enum):
    """What a job does, in the words that a report uses."""

    KERNEL = "kernel C"
    GUARD_OFF = "kernel C without its option"
    SPARSE = "sparse"
    PROGRAM = "BPF program"
    PROG_TEST = "prog_test"
    CHECKPATCH = "checkpatch"
    KERNEL_DOC = "kernel-doc"
    AM = "git am"
    WHITESPACE = "git diff --check"


@dataclass(frozen=True, slots=True)
class Done:
    """What a job found, the file it made if any, and why it could not judge at all, if so."""

    findings: tuple[Finding, ...] = ()
    product: Path | None = None
    unfit: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Work on `text`, which is or holds the output `path`. `key` stands for everything the result depends on.

    `work` gets an empty folder and may leave a product there; `code` is that of its findings. A job that
    `needs` others (by key) is not run when one of them found something, and gets their products.
    """

    kind: JobKind
    spec: str
    path: str
    text: str
    code: str
    key: str
    work: Callable[[Path, Sequence[Path]], Done]
    suffix: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """How a job went: `cached` if it was not run now, `unfit` why it says nothing."""

    job: Job
    findings: tuple[Finding, ...]
    seconds: float
    cached: bool
    unfit: str = ""

    @property
    def passed(self) -> bool:
        """Whether it ran and found nothing."""
        return not self.findings and not self.unfit


class Progress(Protocol):
    """Who is told how far the work is; all calls come from the thread that started it."""

    def start(self, total: int) -> None:
        """So many steps are ahead."""

    def advance(self, label: str) -> None:
        """One step is done."""

    def done(self) -> None:
        """Nothing more comes, be it for an error."""


class Silence:
    """Progress that nobody watches."""

    def start(self, total: int) -> None:
        """Nothing."""

    def advance(self, label: str) -> None:
        """Nothing."""

    def done(self) -> None:
        """Nothing."""


def run(jobs: Sequence[Job], cache: Cache, progress: Progress, workers: int = 0) -> list[Result]:
    """Do the jobs, those that need none first; the results are in the order of the jobs."""
    results: dict[int, Result] = {}
    for needy in (False, True):
        wave = [index for index, job in enumerate(jobs) if bool(job.needs) is needy]
        good = {result.job.key for result in results.values() if result.passed}
        fresh: list[int] = []
        for index in wave:
            known = _remembered(jobs[index], cache) or _hopeless(jobs[index], good)
            if known is None:
                fresh.append(index)
            else:
                results[index] = known
                progress.advance(_label(jobs[index]))
        for index, result in _run_fresh(jobs, fresh, cache, workers):
            results[index] = result
            progress.advance(_label(jobs[index]))
    return [results[index] for index in range(len(jobs))]


def _run_fresh(
    jobs: Sequence[Job], fresh: Sequence[int], cache: Cache, workers: int
) -> Iterator[tuple[int, Result]]:
    if not fresh:
        return
    # Imported here: a run that finds all in the cache needs no threads.
    from concurrent.futures import ThreadPoolExecutor, as_completed  # noqa: PLC0415

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        waiting = {pool.submit(_do, jobs[index], cache): index for index in fresh}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _label(job: Job) -> str:
    return f"{job.kind.value}: {job.path}"


def _do(job: Job, cache: Cache) -> Result:
    started = time.monotonic()
    needed = [cache.path("products", key, ".h") for key in job.needs]
    with cache.scratch() as scratch:
        done = job.work(scratch, needed)
        seconds = time.monotonic() - started
        if done.product and not done.findings:
            cache.keep("products", job.key, job.suffix, done.product)
    cache.store("results", job.key, [[f.as_list() for f in done.findings], round(seconds, 3), done.unfit])
    return Result(job, done.findings, seconds, False, done.unfit)


def _remembered(job: Job, cache: Cache) -> Result | None:
    match cache.load("results", job.key):
        case [list(rows), float() | int() as seconds, str(unfit)]:
            findings = [Finding.from_list(row) for row in rows]
        case _:
            return None
    known = [found for found in findings if found is not None]
    if len(known) != len(findings):
        return None
    if job.suffix and not known and not cache.path("products", job.key, job.suffix).is_file():
        return None
    return Result(job, tuple(known), seconds, True, unfit)


def _hopeless(job: Job, good: set[str]) -> Result | None:
    if all(key in good for key in job.needs):
        return None
    return Result(job, (), 0.0, False, "a BPF program that it loads did not compile")
