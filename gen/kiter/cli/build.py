# SPDX-License-Identifier: GPL-2.0-only
"""`kiter build`: specs to everything that is generated from them, checked, below out/, for each target."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiter import frontend
from kiter.cli.command import KERNEL, show
from kiter.errors import FINDINGS
from kiter.generate import generate
from kiter.output import Rendered
from kiter.sinks import write
from kiter.spec.model import Spec
from kiter.spec.release import spelled
from kiter.target.profile import Profile, profile, releases, verified
from kiter.value_class import value_class

if TYPE_CHECKING:
    from kiter.sinks.check import CheckReport
    from kiter.tree.worktree import WorkTree

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
        "--target",
        default="",
        help=f"one kernel of {', '.join(releases())} (default: those of them that are verified)",
    )
    parser.add_argument("--no-check", action="store_true", help="do not compile what was generated")
    parser.add_argument("--force", action="store_true", help="overwrite what was edited or is not kiter's")
    parser.add_argument(
        "--headers",
        "--kernel",
        default="",
        metavar=KERNEL,
        help="the kernel to check against, and without --target the one to generate for "
        "(default: for each target the newest installed or fetched)",
    )
    parser.add_argument(
        "--tree",
        metavar="DIR",
        help="kernel sources: for checkpatch and the selftests, and to generate for if they are of no target",
    )


@value_class
class _Made:
    """All that is generated for one target."""

    target: Profile
    rendered: tuple[Rendered, ...]
    younger: tuple[Spec, ...]


def execute(options: argparse.Namespace) -> int:
    """Generate, check, write; 1 when a check found something, and then nothing is written."""
    targets = _targets(options)
    reads = frontend.of_all(options.specs, targets)
    show(dict.fromkeys(warning for read in reads for warning in read.warnings), options)
    made = [_generate(target, read) for target, read in zip(targets, reads, strict=True)]
    if not options.no_check:
        _plans(made, options)  # before the checks, so that what would be refused is refused at once
    reports = [None if options.no_check or not one.rendered else _check(one, options) for one in made]
    if not all(report is None or report.passed for report in reports):
        return _refuse(made, reports, options)
    with write.alone(Path(options.out)):
        plans = _plans(made, options)
        done = [write.write(plan) for plan in plans]
    lines = [
        line
        for one, plan, report in zip(made, plans, reports, strict=True)
        for line in (*_written(one, plan, options.verbose), *_checked(report, options))
    ]
    _tell(options, lines, [_facts(*each) for each in zip(made, reports, done, strict=True)])
    return 0


def _targets(options: argparse.Namespace) -> tuple[Profile, ...]:
    """The target named, that of a tree or of headers that is none of those, or every one that is verified."""
    if options.target:
        return (profile(options.target),)
    if options.tree and not (tree := _tree(options)).profile.verified:
        if tree.warnings:
            show(tree.warnings, options)
        return (tree.profile,)
    if options.headers:
        # Imported here, as below: only what is compiled needs a kernel.
        from kiter.kernel import headers, profiles  # noqa: PLC0415

        return (profiles.of(headers.find(options.headers).profile),)
    return verified()


def _tree(options: argparse.Namespace) -> WorkTree:
    from kiter.kernel.named import source_tree  # noqa: PLC0415 - as above
    from kiter.tree import worktree  # noqa: PLC0415 - as above

    return worktree.open_tree(source_tree(options.tree))


def _generate(target: Profile, read: frontend.Read) -> _Made:
    rendered = tuple(generate(it, target) for it in read.iterators)
    return _Made(target, rendered, read.younger)


def _plans(made: Sequence[_Made], options: argparse.Namespace) -> list[write.Plan]:
    """Where each target's files go; raises KiterError for all that must not be lost."""
    out, whole = Path(options.out), not options.specs
    return [
        write.plan(one.rendered, out / one.target.release, whole=whole, force=options.force) for one in made
    ]


def _check(made: _Made, options: argparse.Namespace) -> CheckReport:
    # Imported here: the compile check and its progress bar are half of the start-up time.
    from kiter.cli._progress import Bar  # noqa: PLC0415
    from kiter.kernel.named import source_tree  # noqa: PLC0415
    from kiter.sinks.check import CheckOptions, check  # noqa: PLC0415

    chosen = CheckOptions(headers=options.headers, tree=source_tree(options.tree) if options.tree else None)
    return check(made.rendered, chosen, Bar(f"checking for {made.target.release}"))


def _refuse(made: Sequence[_Made], reports: Sequence[CheckReport | None], options: argparse.Namespace) -> int:
    """Tell what the checks found; nothing is written for any target."""
    found = (diagnostic for report in reports if report for diagnostic in report.diagnostics)
    show(dict.fromkeys(found), options)
    lines = [line for report in reports for line in _checked(report, options)]
    facts = [_facts(one, report, None) for one, report in zip(made, reports, strict=True)]
    _tell(options, [*lines, "nothing was written"], facts)
    return FINDINGS


def _written(made: _Made, planned: write.Plan, verbose: int) -> Iterator[str]:
    total = planned.unchanged + len(planned.write)
    several = "s" * (len(made.rendered) != 1)
    yield (
        f"{len(made.rendered)} iterator{several} for Linux {made.target.release}: {total} files in "
        f"{planned.root}, {len(planned.write)} written, {len(planned.remove)} removed, "
        f"{planned.unchanged} unchanged"
    )
    if not made.target.verified:
        yield "  best effort: what is generated for this kernel has not been compiled and run yet"
    for one in made.rendered:
        kinds = ", ".join(dict.fromkeys(o.kind.value for o in one.outputs))
        yield f"  {one.iterator:<14} {kinds}"
    if made.younger:
        yield f"  not in Linux {made.target.release} yet: {', '.join(map(_since, made.younger))}"
    if verbose:
        yield from (f"  wrote {path}" for path in planned.write)
        yield from (f"  removed {path}" for path in planned.remove)


def _since(it: Spec) -> str:
    return f"{it.name} (since {spelled(it.since)})"


def _checked(report: CheckReport | None, options: argparse.Namespace) -> Iterator[str]:
    if report is None:
        yield "not checked: --no-check" if options.no_check else "not checked: there is nothing to check"
        return
    if not report.kernel:
        yield from (f"not checked: {skip.reason}" for skip in report.skipped)
        return
    fresh = f"{report.ran} checks run, {len(report.jobs) - report.ran} known from before"
    yield f"checked against {report.kernel} in {report.seconds:.1f} s: {fresh}"
    good = Counter(job.kind.value for job in report.jobs if not job.diagnostics and not job.unfit)
    every = Counter(job.kind.value for job in report.jobs if not job.unfit)
    for kind, number in every.items():
        yield f"  {kind:<28} {good[kind]} of {number} clean"
    yield from (f"  not checked: {skip.what}: {skip.reason}" for skip in report.skipped)
    yield from (f"  note: {note}" for note in report.notes)
    if options.verbose:
        yield from (f"  {tool.name}: {tool.version} ({tool.path})" for tool in report.tools)


def _tell(options: argparse.Namespace, lines: Sequence[str], facts: Sequence[Mapping[str, object]]) -> None:
    """Print what happened, as text or as JSON; GitHub's format has only findings."""
    if options.format == "text":
        sys.stdout.write("\n".join(lines) + "\n")
    elif options.format == "json":
        sys.stdout.write(json.dumps({"targets": facts}, indent=2) + "\n")


def _facts(made: _Made, report: CheckReport | None, done: write.Written | None) -> Mapping[str, object]:
    checks = [] if report is None else report.jobs
    return {
        "target": made.target.release,
        "iterators": [one.iterator for one in made.rendered],
        "younger": [it.name for it in made.younger],
        "written": list(done.written) if done else [],
        "removed": list(done.removed) if done else [],
        "unchanged": done.unchanged if done else 0,
        "kernel": (report.kernel or None) if report else None,
        "not_checked": [f"{skip.what}: {skip.reason}" for skip in report.skipped] if report else [],
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
