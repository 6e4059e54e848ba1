# SPDX-License-Identifier: GPL-2.0-only
"""`kiter run`: prototypes in a virtual machine, judged by the real verifier and their selftests."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiter.cache.store import Cache
from kiter.cli import _verdicts
from kiter.cli._trial import Wish, judged, ready
from kiter.cli.command import KERNEL, show
from kiter.errors import environment
from kiter.kernel import kernels
from kiter.vm import demonstrations, session
from kiter.vm.job import Options
from kiter.vm.results import Outcome
from kiter.vm.testprogs import harness

NAME = "run"
HELP = "run iterators in a virtual machine and show the real verifier's verdict"
EXAMPLE = """
kiter run specs/css.yaml
kiter run --show specs/task.yaml
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
        default="",
        metavar=KERNEL,
        help="an installed or fetched kernel, or a build directory (default: the newest 6.12)",
    )
    parser.add_argument(
        "--only", default="", metavar="PATTERN", help="only these tests, such as 'css_iter/walk*'"
    )
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
    """Build, boot, test, tell; the status says which kind of thing went wrong."""
    cache = Cache()
    asked = demonstrations.Asked(show=options.show, compare=options.against_kernel)
    wish = Wish(
        specs=options.specs,
        kernel=kernels.find(options.kernel),
        only=options.only,
        limit=options.limit,
        asked=asked,
        changed=options.changed,
        harness=options.harness,
        whole=not (options.only or options.shell),
    )
    trial = ready(wish, cache)
    show(trial.warnings, options)
    chosen = Options(keep=options.keep, shell=options.shell)
    kernels_own = options.harness == "test_progs"
    if options.dry_run:
        dry_run = harness.dry_run if kernels_own else session.dry_run
        sys.stdout.write(dry_run(trial.job, chosen, cache))
        return 0
    run = harness.run_testprogs if kernels_own else session.run_session
    verdicts = judged(trial, wish, cache, lambda job: run(job, chosen, cache=cache))
    outcome = verdicts.result.outcome
    if options.only and not verdicts.report.checks and outcome is Outcome.PASS:
        raise environment("R43", f"no test is called '{options.only}'", hint="kiter run -v shows their names")
    sys.stdout.write(_verdicts.write(verdicts, options.format, options.verbose))
    return outcome.status
