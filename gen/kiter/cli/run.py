# SPDX-License-Identifier: GPL-2.0-only
"""`kiter run`: prototypes in a virtual machine, judged by the real verifier and their selftests."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from kiter.cache.store import Cache
from kiter.cli import _table, _verdicts
from kiter.cli._prepared import Prepared, Wish, judged, ready
from kiter.cli._verdicts import Verdicts
from kiter.cli.command import KERNEL, show
from kiter.errors import KiterError, environment
from kiter.kernel import kernels
from kiter.kernel.arch import ARCHES, own
from kiter.vm import demonstrations, session
from kiter.vm.job import Options
from kiter.vm.results import Outcome, worst
from kiter.vm.runner import title
from kiter.vm.testprogs import harness

NAME = "run"
HELP = "run iterators in a virtual machine and show the real verifier's verdict"
EXAMPLE = """
kiter run specs/css.yaml
kiter run --show specs/task.yaml
kiter run --kernel 6.12 --kernel 7.3 specs/css.yaml
kiter run --arch arm64 specs/css.yaml
kiter run --format junit > verdicts.xml
"""
FORMATS = _verdicts.FORMATS


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter run`."""
    parser.add_argument(
        "specs", nargs="*", metavar="SPEC", help="a spec or a folder of them (default: specs/)"
    )
    parser.add_argument(
        "--kernel",
        action="append",
        default=[],
        metavar=KERNEL,
        help="an installed or fetched kernel, or a build directory (default: the newest 6.12); as often as "
        "there are kernels to run on, side by side",
    )
    parser.add_argument(
        "--arch",
        choices=tuple(ARCHES),
        default=own().name,
        help="the machine, which 'kiter kernels fetch --arch' brings a kernel of (default: this one)",
    )
    parser.add_argument("--only", default="", metavar="PATTERN", help="only these tests, such as '*/walk*'")
    parser.add_argument(
        "--changed",
        action="store_true",
        help="leave out what is as it was when it passed on that kernel",
    )
    parser.add_argument("--show", action="store_true", help="print the first elements of each walk")
    parser.add_argument(
        "--against-kernel",
        action="store_true",
        help="compare with the iterators that the kernel has itself, element by element, and time both",
    )
    parser.add_argument(
        "--harness",
        choices=("own", "test_progs"),
        default="own",
        help="what runs the tests: kiter's own harness, or the kernel's test_progs, built from its sources",
    )
    parser.add_argument(
        "--limit",
        type=_seconds,
        default=20,
        metavar="SECONDS",
        help="what one test may take in the guest (default: 20)",
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep everything that the run was made of")
    parser.add_argument("--dry-run", action="store_true", help="print the exact commands and do nothing")
    parser.add_argument(
        "--shell", action="store_true", help="leave a shell in the guest, with the modules loaded"
    )


def _seconds(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds")
    return int(text)


def execute(options: argparse.Namespace) -> int:
    """Build, boot, test, tell; the status says which kind of thing went wrong, the worst on any kernel."""
    cache = Cache()
    wishes = _wishes(options)
    prepared = _ready(wishes, cache)
    show(dict.fromkeys(warning for one in prepared for warning in one.warnings), options)
    places = _places(options, wishes)
    if options.dry_run:
        dry_run = harness.dry_run if options.harness == "test_progs" else session.dry_run
        for one, place in zip(prepared, places, strict=True):
            sys.stdout.write(dry_run(one.job, place, cache))
        return 0
    run = harness.run_testprogs if options.harness == "test_progs" else session.run_session
    found = [
        judged(one, wish, cache, partial(run, options=place, cache=cache))
        for one, wish, place in zip(prepared, wishes, places, strict=True)
    ]
    _refuse_no_test(found, prepared, options.only)
    if options.format == "text" and found[1:]:
        sys.stdout.write(_table.text(found, options.verbose))
    else:
        sys.stdout.write(_verdicts.write_all(found, options.format, options.verbose))
    return worst(verdicts.result.outcome for verdicts in found).status


def _wishes(options: argparse.Namespace) -> list[Wish]:
    """What is wanted of each kernel; raises KiterError where there is no such kernel."""
    arch = ARCHES[options.arch]
    if arch != own() and (options.shell or options.harness == "test_progs"):
        other = "--shell" if options.shell else "--harness test_progs"
        reason = f"what that takes in the guest is here for {own().name} alone"
        raise environment("E02", f"--arch {arch.name} with {other}", reason, "leave one of the two out")
    found = dict.fromkeys(kernels.find(name, arch) for name in options.kernel or [""])
    return [
        Wish(
            specs=options.specs,
            kernel=kernel,
            only=options.only,
            limit=options.limit,
            asked=demonstrations.Asked(show=options.show, compare=options.against_kernel),
            changed=options.changed,
            harness=options.harness,
            whole=not (options.only or options.shell),
        )
        for kernel in found
    ]


def _ready(wishes: Sequence[Wish], cache: Cache) -> list[Prepared]:
    """Each made ready; raises KiterError with what is wrong for any of the kernels, before one is booted."""
    prepared: list[Prepared] = []
    errors: list[KiterError] = []
    for wish in wishes:
        try:
            prepared.append(ready(wish, cache))
        except KiterError as error:
            errors.append(error)
    if errors:
        wrong = dict.fromkeys(found for error in errors for found in error.diagnostics)
        raise KiterError(*wrong, status=max(error.status for error in errors))
    return prepared


def _places(options: argparse.Namespace, wishes: Sequence[Wish]) -> list[Options]:
    """Where each run keeps what it was made of: with several kernels each in a folder of its own."""
    releases = [wish.kernel.release for wish in wishes]
    keeps = [
        options.keep / release if options.keep and releases[1:] else options.keep for release in releases
    ]
    return [Options(keep=keep, shell=options.shell) for keep in keeps]


def _refuse_no_test(found: Sequence[Verdicts], prepared: Sequence[Prepared], only: str) -> None:
    """Raise KiterError R43 if a pattern selects nothing on any kernel."""
    if only and all(not v.checks and v.result.outcome is Outcome.PASS for v in found):
        there = dict.fromkeys(title(f) for one in prepared for test in one.job.tests for f in test.functions)
        hint = f"the tests are {', '.join(there)}; 'kiter run -v' shows the names of their subtests"
        raise environment("R43", f"no test is called '{only}'", hint=hint if there else "")
