# SPDX-License-Identifier: GPL-2.0-only
"""Pieces of work with a key: done once, on all cores, and remembered."""

from __future__ import annotations

import enum
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.kernel.messages import Finding
from kiter.value_class import value_class

_KIND = "checks"
_PRODUCT = "product"


class JobKind(enum.Enum):
    """What a job does, in the words that a report uses."""

    PLACE = "place in the tree"
    KERNEL = "kernel C"
    GUARD_OFF = "kernel C without its option"
    SPARSE = "sparse"
    PROGRAM = "BPF program"
    PROG_TEST = "prog_test"
    CHECKPATCH = "checkpatch"
    KERNEL_DOC = "kernel-doc"
    AM = "git am"
    WHITESPACE = "git diff --check"


@value_class
class Done:
    """What a job found, the file it made if any, and why it could not judge at all, if so.

    `reads` are the files that this was found out from; None if they are not known: then nothing stays known.
    """

    findings: tuple[Finding, ...] = ()
    product: Path | None = None
    unfit: str = ""
    reads: tuple[str, ...] | None = None


@value_class
class Job:
    """Work that checks one output.

    kind: which check it is
    spec: the file of the spec whose output it is
    path: that output
    text: what is looked at, which is or holds that output
    code: that of its findings
    key: stands for all that the result depends on beside the files that the work says it has read
    work: gets an empty folder and what the jobs in `needs` made; may leave a product in it
    needs: other jobs, by key; it is not run when one of them found something
    """

    kind: JobKind
    spec: str
    path: str
    text: str
    code: str
    key: str
    work: Callable[[Path, Sequence[Path]], Done]
    needs: tuple[str, ...] = ()


@value_class
class Result:
    """How a job went."""

    job: Job  # what was asked for
    findings: tuple[Finding, ...]  # what was found
    seconds: float  # how long it took
    cached: bool  # whether it was known from before
    unfit: str = ""  # why it says nothing, "" if it does
    product: Path | None = None  # what it made

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
        products = {result.job.key: result.product for result in results.values() if result.passed}
        fresh: dict[int, _Ready] = {}
        for index, job in enumerate(jobs):
            if bool(job.needs) is not needy:
                continue
            ready = _ready(job, products)
            known = _remembered(ready, cache) if ready else _hopeless(job)
            if known is None and ready:
                fresh[index] = ready
            elif known:
                results[index] = known
                progress.advance(_label(job))
        for index, result in _run_fresh(fresh, cache, workers):
            results[index] = result
            progress.advance(_label(jobs[index]))
    return [results[index] for index in range(len(jobs))]


@value_class
class _Ready:
    """A job with the products that it needs, and the key that stands for them, too."""

    job: Job
    needed: tuple[Path, ...]

    @property
    def key(self) -> str:
        return key_of(self.job.key, *(path.parent.name for path in self.needed))


def _ready(job: Job, products: Mapping[str, Path | None]) -> _Ready | None:
    """None if something that the job needs was not made."""
    needed = tuple(path for key in job.needs if (path := products.get(key)))
    return _Ready(job, needed) if len(needed) == len(job.needs) else None


def _run_fresh(fresh: Mapping[int, _Ready], cache: Cache, workers: int) -> Iterator[tuple[int, Result]]:
    if not fresh:
        return
    # Imported here: a run that finds all in the cache needs no threads.
    from concurrent.futures import ThreadPoolExecutor, as_completed  # noqa: PLC0415

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        waiting = {pool.submit(_do, ready, cache): index for index, ready in fresh.items()}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _label(job: Job) -> str:
    return f"{job.kind.value}: {job.path}"


def _do(ready: _Ready, cache: Cache) -> Result:
    started, since = time.monotonic(), time.time_ns()
    with cache.scratch() as scratch:
        work = scratch / "work"
        work.mkdir()
        done = ready.job.work(work, ready.needed)
        seconds = time.monotonic() - started
        value = [[found.as_list() for found in done.findings], round(seconds, 3)]
        reads, made = _lasting(done), _product(done, scratch / "made")
        kept = cache.store(_KIND, ready.key, value, reads=reads, made=made, since=since)
    product = kept / _PRODUCT if kept else None
    return Result(ready.job, done.findings, seconds, False, done.unfit, product)


def _lasting(done: Done) -> tuple[str, ...] | None:
    """What the answer depends on; None for one that is about this machine, or may be."""
    about_it = done.unfit or any(found.unexplained for found in done.findings)
    return None if about_it else done.reads


def _product(done: Done, folder: Path) -> Path | None:
    """A folder with what was made, if it is any good."""
    if done.findings or not done.product:
        return None
    folder.mkdir()
    done.product.replace(folder / _PRODUCT)
    return folder


def _remembered(ready: _Ready, cache: Cache) -> Result | None:
    known = cache.load(_KIND, ready.key)
    match known.value if known else None:
        case [list(rows), float() | int() as seconds]:
            findings = [Finding.from_list(row) for row in rows]
        case _:
            return None
    whole = [found for found in findings if found is not None]
    if len(whole) != len(findings):
        return None
    product = known.made / _PRODUCT if known and known.made else None
    return Result(ready.job, tuple(whole), seconds, True, "", product)


def _hopeless(job: Job) -> Result:
    return Result(job, (), 0.0, False, "a BPF program that it loads did not compile")
