# SPDX-License-Identifier: GPL-2.0-only
"""The sink that proves: everything emitted is compiled, and read by the kernel's own scripts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from kiter.cache.store import Cache, opened
from kiter.errors import Diagnostic, Position
from kiter.kernel import compile_context, headers, jobs, locate, programs, scripts, unit
from kiter.kernel.artefacts import STEPS, Artefacts, Skip, ToolUse, build_shared
from kiter.kernel.codes import CODES, lacking
from kiter.kernel.headers import Headers, Places
from kiter.kernel.jobs import Job, JobKind, Progress, Result, Silence
from kiter.kernel.messages import Finding
from kiter.output import Kind, Rendered
from kiter.value_class import value_class


@value_class
class CheckOptions:
    """What the user may choose: `headers` is a directory or a release, `tree` a kernel source tree.

    `cache` is the user's own folder if None, `workers` the number of cores if 0, `places` for tests.
    """

    headers: str = ""
    tree: Path | None = None
    cache: Path | None = None
    workers: int = 0
    places: Places = Places()


@value_class
class JobReport:
    """One check of one output."""

    kind: JobKind  # which check it is
    spec: str  # the file of the spec whose output it is
    path: str  # that output
    cached: bool  # it was not run now
    seconds: float  # how long it took
    diagnostics: tuple[Diagnostic, ...]  # what it found
    unfit: str = ""  # why it could not judge, or ""


@value_class
class CheckReport:
    """What came of a run of checks."""

    jobs: tuple[JobReport, ...]  # each check of each output
    skipped: tuple[Skip, ...]  # what was left out, and why
    notes: tuple[str, ...]  # what the user should know beside
    kernel: str  # the release of the headers, "" where nothing was checked
    sources: str  # the kernel sources that took part, "" for none
    tools: tuple[ToolUse, ...]  # the programs that took part
    seconds: float  # how long all of it took

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found, sorted, each once."""
        return tuple(sorted({found for job in self.jobs for found in job.diagnostics}))

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not any(job.diagnostics for job in self.jobs)

    @property
    def ran(self) -> int:
        """How many jobs were run, not remembered."""
        return sum(not job.cached for job in self.jobs)


def check(
    rendered: Sequence[Rendered], options: CheckOptions | None = None, progress: Progress | None = None
) -> CheckReport:
    """Compile and check everything; findings are in the report, also that no headers of the target are here.

    Raises KiterError of status ENVIRONMENT if there are no usable headers, or a compiler is missing.
    """
    options = options or CheckOptions()
    progress = progress or Silence()
    started = time.monotonic()
    wanted = rendered[0].target if rendered else ""
    found = headers.find(options.headers, options.places, wanted)
    if rendered and not options.headers and not headers.suits(found, wanted):
        return _unchecked(wanted)
    try:
        with opened(options.cache, options.tree) as cache, contextlib.ExitStack() as stack:
            stack.callback(progress.done)
            artefacts, results = _run(rendered, found, options, progress, cache)
            tools_used = artefacts.uses(cache)
            problem = cache.problem
    except OSError as error:
        raise lacking("E21", f"{error.filename or 'the cache'}: {error.strerror or error}") from error
    reports = tuple(_reports(rendered, results))
    unfit = {Skip(f"{job.kind.value}: {job.path}", job.unfit): None for job in reports if job.unfit}
    return CheckReport(
        jobs=reports,
        skipped=(*artefacts.skipped, *unfit),
        notes=tuple(_notes(rendered, artefacts, problem)),
        kernel=found.release,
        sources=artefacts.tree.name if artefacts.tree else "",
        tools=tools_used,
        seconds=time.monotonic() - started,
    )


def _unchecked(target: str) -> CheckReport:
    reason = f"there are no headers of Linux {target} on this machine (kiter kernels fetch {target})"
    return CheckReport((), (Skip("anything", reason),), (), "", "", (), 0.0)


def _run(
    rendered: Sequence[Rendered], found: Headers, options: CheckOptions, progress: Progress, cache: Cache
) -> tuple[Artefacts, list[Result]]:
    progress.start(len(STEPS) + _estimate(rendered))
    artefacts = build_shared(found, options.tree, options.places, cache, progress.advance)
    every = chain.from_iterable(plan(one, artefacts, cache) for one in rendered)
    # what the selftests share is checked once
    planned = list({job.key: job for job in every}.values())
    progress.start(len(STEPS) + len(planned))
    return artefacts, jobs.run(planned, cache, progress, options.workers)


def _estimate(rendered: Sequence[Rendered]) -> int:
    """How many jobs there will be, before it is known which tools there are."""
    return sum(3 + 2 * len(one.outputs) for one in rendered)


def plan(rendered: Rendered, artefacts: Artefacts, cache: Cache) -> list[Job]:
    """The jobs for one spec, the longest first."""
    planned = _of_code(rendered, artefacts, cache) if rendered.of(Kind.KFUNCS) else []
    if _has_types(rendered, artefacts):
        planned += programs.jobs(rendered, artefacts.bpf)
    if artefacts.tree:
        planned += scripts.jobs(rendered, artefacts.tree, cache)
    return planned


def _of_code(rendered: Rendered, artefacts: Artefacts, cache: Cache) -> list[Job]:
    """What is done with the kernel's code, which is not ours where it is by hand."""
    around = artefacts.around(rendered, cache)
    planned = [*artefacts.place(rendered, cache)]
    planned.append(unit.compile_job(rendered, artefacts.kbuild, around, cache))
    if rendered.guard and not rendered.inside:  # the file that it lives in is not compiled without it
        off = artefacts.off(rendered.guard, cache)
        planned.append(unit.guard_job(rendered, artefacts.kbuild, around, off, cache))
    if artefacts.sparse and not rendered.inside:  # all of that file would be read, and blamed on the spec
        planned.append(unit.sparse_job(rendered, artefacts.kbuild, around, artefacts.sparse, cache))
    return planned


def _has_types(rendered: Rendered, artefacts: Artefacts) -> bool:
    """Whether the kernel's BTF, and so vmlinux.h, knows what programs may name."""
    return not rendered.guard or compile_context.is_on(rendered.guard, artefacts.headers)


def _notes(rendered: Sequence[Rendered], artefacts: Artefacts, problem: str) -> Iterator[str]:
    if problem:
        yield problem
    if artefacts.tree is None or artefacts.bpf.includes.origin != artefacts.tree.name:
        yield f"the selftests were compiled against {artefacts.bpf.includes.origin} headers, not the kernel's"
    for one in rendered:
        if not _has_types(one, artefacts):
            yield f"the selftests of {one.iterator} were not compiled: the kernel has no {one.guard}"
    for target in sorted({one.target for one in rendered} - {artefacts.headers.profile}):
        release = artefacts.headers.release
        yield f"what is generated for {target} was compiled against the headers of {release}"


def _reports(rendered: Sequence[Rendered], results: Sequence[Result]) -> Iterator[JobReport]:
    by_spec = {one.spec: one for one in rendered}
    # what is wrong with the option on is not said again for the option off
    said = {(r.job.spec, found) for r in results if r.job.kind is JobKind.KERNEL for found in r.findings}
    for result in results:
        job = result.job
        new = [f for f in result.findings if job.kind is not JobKind.GUARD_OFF or (job.spec, f) not in said]
        found = tuple(diagnose(finding, job, by_spec[job.spec]) for finding in new)
        yield JobReport(job.kind, job.spec, job.path, result.cached, result.seconds, found, result.unfit)


def diagnose(finding: Finding, job: Job, rendered: Rendered) -> Diagnostic:
    """A tool's finding as the user is told it: at the snippet in the spec, else in the emitted file."""
    entry = CODES[finding.code or job.code]
    place = locate.place(rendered, job.text, job.path, finding.line, finding.column)
    message = finding.text
    reason = entry.reason
    if job.kind is JobKind.GUARD_OFF:
        message = f"without {rendered.guard}: {message}"
    if finding.elsewhere:
        if any(output.path == finding.elsewhere.file for output in rendered.outputs):
            place = locate.Place(Position(finding.elsewhere.file, finding.elsewhere.number), "")
        else:
            reason = f"reported in {finding.elsewhere.spelled}; {reason}"
    return Diagnostic(place.at, entry.code, message, reason, entry.hint, place.source)
