# SPDX-License-Identifier: GPL-2.0-only
"""Every patch proven before it is written: it applies, builds by itself, and pleases the scripts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from kiter.cache.store import opened
from kiter.kernel import headers, jobs
from kiter.kernel.artefacts import STEPS, build_shared
from kiter.kernel.codes import lacking
from kiter.kernel.headers import Headers, Places
from kiter.kernel.jobs import Job, Progress
from kiter.series import draft, patch_checks, report
from kiter.series.make import Patch, Series
from kiter.series.patch_checks import Bench
from kiter.series.report import Check, Report


def check(series: Series, option: str, progress: Progress) -> Report:
    """Try all patches of kiter's in a series; `option` names headers as for `kiter build`, "" the fitting.

    Raises KiterError of status ENVIRONMENT if there are no usable headers, or a compiler is missing.
    """
    started = time.monotonic()
    found = _headers(series, option)
    try:
        tree = series.repository.tree.path.absolute()
        with opened(None, tree) as cache, contextlib.ExitStack() as stack:
            stack.callback(progress.done)
            folder = stack.enter_context(cache.scratch())
            progress.start(len(STEPS) + 8 * len(series.patches))
            artefacts = build_shared(found, tree, Places(), cache, progress.advance)
            checks = _checks(Bench(series, artefacts, cache, folder), progress)
    except OSError as error:
        raise lacking("E21", f"{error.filename or 'the cache'}: {error.strerror or error}") from error
    unfit = (f"{one.kind.value} of {one.patch.label}: {one.unfit}" for one in checks if one.unfit)
    return Report(
        rows=report.rows(series.patches, checks),
        diagnostics=tuple(sorted({found for one in checks for found in one.found})),
        skipped=(*(f"{skip.what}: {skip.reason}" for skip in artefacts.skipped), *dict.fromkeys(unfit)),
        kernel=found.release,
        seconds=time.monotonic() - started,
    )


def _headers(series: Series, option: str) -> Headers:
    """The headers of the tree's version, unless others are named."""
    version = series.repository.tree.version
    fitting = [one for one in headers.installed() if one.version == version]
    return fitting[0] if fitting and not option else headers.find(option)


def _checks(bench: Bench, progress: Progress) -> list[Check]:
    patches = bench.series.patches
    planned = [(patch, job) for patch in patches for job in patch_checks.jobs(patch, bench)]
    progress.start(len(STEPS) + len(planned) + len(patches))
    found = _run(planned, bench, progress)
    unfit = dict.fromkeys((one.patch.label, one.kind) for one in found if one.unfit)
    instead = [(p, job) for p in patches for label, kind in unfit if label == p.label
               for job in patch_checks.alone(p, kind, bench)]  # fmt: skip
    return [*found, *_run(instead, bench, progress), *_by_git(bench.series, progress)]


def _run(planned: Sequence[tuple[Patch, Job]], bench: Bench, progress: Progress) -> list[Check]:
    results = jobs.run([job for _, job in planned], bench.cache, progress)
    return [report.of_job(patch, result) for (patch, _), result in zip(planned, results, strict=True)]


def _by_git(series: Series, progress: Progress) -> Iterator[Check]:
    """Whether the mails apply in their order, and what git says of white space."""
    drafted, patches = series.draft, series.patches
    mails = list(series.mails.values())[1:]
    said = draft.applied(drafted, mails)
    for index, patch in enumerate(patches, len(mails) - len(patches)):
        progress.advance(f"git am: {patch.label}")
        yield report.of_am(patch, said[index] if index < len(said) else "a patch before it does not apply")
        yield report.of_whitespace(patch, draft.whitespace(drafted, patch.commit))
