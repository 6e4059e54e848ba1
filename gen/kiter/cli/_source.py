# SPDX-License-Identifier: GPL-2.0-only
"""`kiter lint --kernel-source`: the contract's rules on C that was written manually."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from kiter.cli.command import show
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position
from kiter.lint.source.check import check
from kiter.target.profile import Profile

NOTHING = Diagnostic(
    Position(""),
    "S01",
    "none of the files has an iterator",
    "an iterator is found by its kfuncs, bpf_iter_<name>_new(), _next() and _destroy(), in one file",
    "name the C file that defines them",
)


def execute(
    files: list[str], profile: Profile, options: argparse.Namespace, done: Sequence[Diagnostic] = ()
) -> int:
    """Judge the iterators of C files; findings are raised as one KiterError, `done` was fixed before."""
    names, found = check(files, profile)
    if not names and not found:
        raise KiterError(NOTHING, status=ENVIRONMENT)
    notes = [d for d in found if d.severity == "note"]
    if not options.verbose:
        found = [d for d in found if d.severity != "note"]
    if any(d.severity == "error" for d in found):
        raise KiterError(*found)
    show([*done, *found], options)
    if options.format == "text":
        sys.stdout.write(f"no error in {', '.join(names)}{_unknown(len(notes))}\n")
    elif options.format == "json":
        counts = {"fine": names, "warnings": len(found), "unknown": len(notes)}
        sys.stdout.write(json.dumps(counts, indent=2) + "\n")
    return 0


def _unknown(notes: int) -> str:
    """How much is not known."""
    things = "1 thing is" if notes == 1 else f"{notes} things are"
    return f"; {things} not known (-v shows what)" if notes else ""
