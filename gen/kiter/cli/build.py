# SPDX-License-Identifier: GPL-2.0-only
"""`kiter build`: specs to everything that is generated from them, checked, below out/."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiter import frontend
from kiter.cli.command import show
from kiter.errors import FINDINGS
from kiter.generate import generate
from kiter.output import Rendered
from kiter.sinks import write
from kiter.spec.iterator import Iterator as Spec
from kiter.target.profile import DEFAULT, profile, releases

if TYPE_CHECKING:
    from kiter.sinks.check import CheckReport

NAME = "build"
HELP = "generate everything from specs, compile-check it, and write it below out/"
EXAMPLE = """
kiter build
kiter build specs/css.yaml -o /tmp/out --no-check
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter build`."""
    parser.add_argument(
        "specs",
        nargs="*",
        metavar="SPEC",
        help="a spec or a folder (default: specs/, or those that come with kiter)",
    )
    parser.add_argument("-o", "--out", default="out", metavar="OUT", help="where to write (default: out)")
    parser.add_argument(
        "--target", default=DEFAULT, help=f"the kernel: {', '.join(releases())} (default: {DEFAULT})"
    )
    parser.add_argument("--no-check", action="store_true", help="do not compile what was generated")
    parser.add_argument("--force", action="store_true", help="overwrite what was edited or is not kiter's")
    parser.add_argument(
        "--headers",
        "--kernel",
        default="",
        metavar="DIR|RELEASE",
        help="the kernel to check against (default: the running one's, else the newest in /usr/src)",
    )
    parser.add_argument("--tree", type=Path, help="kernel sources, for checkpatch and the selftests")


def execute(options: argparse.Namespace) -> int:
    """Generate, check, write; 1 when a check found something, and then nothing is written."""
    target = profile(options.target)
    read = frontend.of(options.specs, target)
    show(read.warnings, options)
    rendered = tuple(generate(it, target) for it in read.iterators)
    younger = _younger(read.younger, target.release)
    # once before the checks, so that what would be refused is refused at once
    write.plan(rendered, Path(options.out), whole=not options.specs, force=options.force)
    report = None if options.no_check else _check(rendered, options)
    if report is not None and not report.passed:
        show(report.diagnostics, options)
        _tell(options, [*_checked(report, options.verbose), "nothing was written"], report, None)
        return FINDINGS
    with write.alone(Path(options.out)):
        planned = write.plan(rendered, Path(options.out), whole=not options.specs, force=options.force)
        done = write.write(planned)
    lines = [*_written(rendered, planned, options.verbose), *younger, *_checked(report, options.verbose)]
    _tell(options, lines, report, done)
    return 0


def _younger(its: Sequence[Spec], release: str) -> list[str]:
    """What is said of the specs that are for later kernels."""
    named = ", ".join(f"{it.name} (since {it.since[0]}.{it.since[1]})" for it in its)
    return [f"  not in Linux {release} yet: {named}"] if its else []


def _check(rendered: tuple[Rendered, ...], options: argparse.Namespace) -> CheckReport:
    # Imported here: the compile check and its progress bar are half of the start-up time.
    from kiter.cli._progress import Bar  # noqa: PLC0415
    from kiter.sinks.check import CheckOptions, check  # noqa: PLC0415

    chosen = CheckOptions(headers=options.headers, tree=options.tree)
    return check(rendered, chosen, Bar("checking"))


def _written(rendered: tuple[Rendered, ...], planned: write.Plan, verbose: int) -> Iterator[str]:
    total = planned.unchanged + len(planned.write)
    several = "s" * (len(rendered) > 1)
    yield (
        f"{len(rendered)} iterator{several} for Linux {rendered[0].target}: {total} files in {planned.root}, "
        f"{len(planned.write)} written, {len(planned.remove)} removed, {planned.unchanged} unchanged"
    )
    if not profile(rendered[0].target).verified:
        yield "  best effort: what is generated for this kernel has not been compiled and run yet"
    for one in rendered:
        kinds = ", ".join(o.kind.value for o in one.outputs)
        yield f"  {one.iterator:<14} {kinds}"
    if verbose:
        yield from (f"  wrote {path}" for path in planned.write)
        yield from (f"  removed {path}" for path in planned.remove)


def _checked(report: CheckReport | None, verbose: int) -> Iterator[str]:
    if report is None:
        yield "not checked: --no-check"
        return
    fresh = f"{report.ran} checks run, {len(report.jobs) - report.ran} known from before"
    yield f"checked against {report.kernel} in {report.seconds:.1f} s: {fresh}"
    good = Counter(job.kind.value for job in report.jobs if not job.diagnostics and not job.unfit)
    every = Counter(job.kind.value for job in report.jobs if not job.unfit)
    for kind, number in every.items():
        yield f"  {kind:<28} {good[kind]} of {number} clean"
    yield from (f"  not checked: {skip.what}: {skip.reason}" for skip in report.skipped)
    yield from (f"  note: {note}" for note in report.notes)
    if verbose:
        yield from (f"  {tool.name}: {tool.version} ({tool.path})" for tool in report.tools)


def _tell(
    options: argparse.Namespace, lines: list[str], report: CheckReport | None, done: write.Written | None
) -> None:
    """Print what happened, as text or as JSON; GitHub's format has only findings."""
    if options.format == "text":
        sys.stdout.write("\n".join(lines) + "\n")
    elif options.format == "json":
        sys.stdout.write(json.dumps(_facts(report, done), indent=2) + "\n")


def _facts(report: CheckReport | None, done: write.Written | None) -> dict[str, object]:
    checks = [] if report is None else report.jobs
    return {
        "written": list(done.written) if done else [],
        "removed": list(done.removed) if done else [],
        "unchanged": done.unchanged if done else 0,
        "kernel": report.kernel if report else None,
        "checks": [
            {
                "kind": job.kind.value,
                "path": job.path,
                "clean": not job.diagnostics,
                "cached": job.cached,
                "seconds": round(job.seconds, 3),
            }
            for job in checks
        ],
    }
