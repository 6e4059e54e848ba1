# SPDX-License-Identifier: GPL-2.0-only
"""`kiter series`: specs and a clone of the kernel's repository to a patch series that can be sent."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kiter import frontend, tested
from kiter.cache.store import Cache
from kiter.cli.command import KERNEL, show
from kiter.errors import FINDINGS
from kiter.kernel.named import source_tree
from kiter.series import make, repository
from kiter.series import write as sink
from kiter.series.make import Series, Wish
from kiter.series.messages import Known
from kiter.sinks.write import alone

if TYPE_CHECKING:
    from kiter.series.report import Report
    from kiter.series.repository import Repository
    from kiter.spec.model import Spec
    from kiter.target.profile import Profile

NAME = "series"
HELP = "make a patch series on a new branch of a kernel tree, check each patch, and write the mails"
EXAMPLE = """
kiter series --tree ~/linux specs/mine.yaml -o ~/outgoing
kiter series --tree ~/linux specs/mine.yaml -o ~/outgoing -v 2
git send-email --dry-run ~/outgoing/*.patch
"""
VERBOSE = ("--verbose",)  # -v is the version, as it is git format-patch's


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter series`."""
    parser.add_argument("specs", nargs="*", metavar="SPEC", help="a spec or a folder (default: specs/)")
    parser.add_argument("--tree", required=True, metavar="DIR", help="a clone of the kernel's")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="where the mails go")
    parser.add_argument(
        "-v", "--reroll-count", type=_version, default=1, metavar="N", dest="version",
        help="the version of the series; from 2 on with a changelog and a range-diff (default: 1)",
    )  # fmt: skip
    parser.add_argument(
        "--base", default="", metavar="COMMIT",
        help="what the series applies to; your commits up to HEAD come first in it (default: HEAD)",
    )  # fmt: skip
    parser.add_argument("--name", default="", help="the name of the series (default: the iterators')")
    parser.add_argument("--branch", default="", help="the branch to make (default: kiter/NAME-vN)")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="replace the hand-written iterator that the tree has",
    )
    parser.add_argument("--no-cc", action="store_true", help="do not ask get_maintainer.pl for To and Cc")
    parser.add_argument("--no-check", action="store_true", help="do not check the patches")
    parser.add_argument(
        "--headers",
        default="",
        metavar=KERNEL,
        help="the kernel headers to compile against (default: those of the tree's version)",
    )


def _version(text: str) -> int:
    number = int(text.removeprefix("v")) if text.removeprefix("v").isdigit() else 0
    if not 0 < number < 1000:
        raise argparse.ArgumentTypeError(f"'{text}' is no version: 1, 2, ...")
    return number


def execute(options: argparse.Namespace) -> int:
    """Make, check, write; 1 when a check found something, and then nothing is written."""
    where = repository.opened(source_tree(options.tree), options.base)
    target = where.tree.profile
    read = frontend.of(options.specs, target)
    show((*read.warnings, *where.tree.warnings), options)
    wish = Wish(options.version, options.branch, options.name, options.replace, not options.no_cc)
    known = _known(where, read.iterators, target)
    with (
        alone(where.tree.path / "Makefile"),
        make.made(where, read.iterators, target, wish, known) as series,
    ):
        sink.check_folder(series, options.out)
        report = None if options.no_check else _check(series, options)
        good = report is None or report.passed
        if report is not None and not good:
            show(report.diagnostics, options)
        files = sink.write(series, options.out) if good else ()
        _tell(options, series, report, files)
        return 0 if good else FINDINGS


def _known(where: Repository, its: Sequence[Spec], target: Profile) -> Known:
    """What the tree has over the same elements, none of the series among it, and what runs have shown."""
    # Imported here: a tree is looked through only for a series.
    from kiter.sync import inventory  # noqa: PLC0415

    own = {it.name for it in its}
    there = [one for one in inventory.of_tree(where.tree.path, target) if one.name not in own]
    others = {
        it.name: tuple((one.name, one.file) for one in there if one.element == it.element) for it in its
    }
    cache = Cache()
    return Known(others, {it.name: tested.runs(it, target, cache) for it in its})


def _check(series: Series, options: argparse.Namespace) -> Report:
    # Imported here: the compile check and its progress bar are half of the start-up time.
    from kiter.cli._progress import Bar  # noqa: PLC0415
    from kiter.series.checks import check  # noqa: PLC0415

    return check(series, options.headers, Bar("checking"))


def _tell(options: argparse.Namespace, series: Series, report: Report | None, files: Sequence[Path]) -> None:
    """Print what happened, as text or as JSON; GitHub's format has only findings."""
    if options.format == "text":
        sys.stdout.write("".join(f"{line}\n" for line in _told(series, report, files)))
    elif options.format == "json":
        sys.stdout.write(json.dumps(_facts(series, report, files), indent=2) + "\n")


def _told(series: Series, report: Report | None, files: Sequence[Path]) -> Iterator[str]:
    if report is None:
        yield "not checked: --no-check"
    else:
        yield from _table(report)
    if not files:
        yield "nothing was written"
        return
    count = len(series.mails) - 1
    yield f"branch {series.draft.branch}: {count} patches on {series.draft.base[:12]}"
    yield from (f"wrote {path}" for path in files)
    yield from (f"to: {address}" for address in series.people.to)
    yield from (f"cc: {address}" for address in series.people.cc)
    yield from (f"note: {note}" for note in series.notes)


def _table(report: Report) -> Iterator[str]:
    """Patch by check."""
    lines = [("", *report.columns)]
    lines += [(label, *(cells[column] for column in report.columns)) for label, cells in report.rows.items()]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
    yield f"checked against {report.kernel} in {report.seconds:.1f} s"
    yield from (f"not checked: {what}" for what in report.skipped)


def _facts(series: Series, report: Report | None, files: Sequence[Path]) -> dict[str, object]:
    return {
        "branch": series.draft.branch if files else None,
        "base": series.draft.base,
        "commits": list(series.draft.commits) if files else [],
        "files": [str(path) for path in files],
        "to": list(series.people.to),
        "cc": list(series.people.cc),
        "notes": list(series.notes),
        "kernel": report.kernel if report else None,
        "checks": {label: dict(cells) for label, cells in report.rows.items()} if report else {},
        "skipped": list(report.skipped) if report else [],
    }
