# SPDX-License-Identifier: GPL-2.0-only
"""`kiter lint`: check specs alone; nothing is generated."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial

from kiter import frontend, lint
from kiter.cli import report
from kiter.cli.command import KERNEL, show
from kiter.codes import CODES
from kiter.errors import Diagnostic, KiterError, environment
from kiter.target.profile import Profile, nearest, profile, releases, verified

NAME = "lint"
HELP = "check specs alone, without generating anything"
EXAMPLE = """
kiter lint
kiter lint specs/css.yaml --format github
kiter lint --fix specs/css.yaml
kiter lint --kernel-source out/7.3/kernel --target 7.3
kiter lint --patch series.mbox --tree ~/linux --format mail
kiter lint --tree ~/linux --range master..walks
"""
FORMATS = (*report.FORMATS, "mail")
_SERIES = ("--patch", "--range", "--staged")
_MENDS = ("--fix", "--diff")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter lint`."""
    parser.add_argument("specs", nargs="*", metavar="SPEC", help="a spec or a folder (default: specs/)")
    parser.add_argument(
        "--target",
        default="",
        help=f"one kernel of {', '.join(releases())} (default: those of them that are verified)",
    )
    parser.add_argument(
        "--design", action="store_true", help="ask what a reviewer might ask of the design, too"
    )
    fixes = parser.add_mutually_exclusive_group()
    fixes.add_argument(
        "--fix", action="store_true", help="fix what can be fixed in one way only, and report what is left"
    )
    fixes.add_argument("--diff", action="store_true", help="show as a patch what --fix would do")
    parser.add_argument(
        "--btf", metavar=KERNEL, default="", help="look for the names in the BTF of a kernel, too"
    )
    parser.add_argument(
        "--kernel-source",
        nargs="+",
        metavar="FILE.c",
        default=[],
        help="judge iterators that were written in C: files, or folders with all that is below them; "
        "the file with their BTF ids goes with them",
    )
    patches = parser.add_argument_group("patches, of which the iterators are judged that they add or touch")
    given = patches.add_mutually_exclusive_group()
    given.add_argument(
        "--patch", metavar="FILE", default="", help="a mail, a mailbox or a patch, - for stdin"
    )
    given.add_argument(
        "--range",
        metavar="A..B",
        default=None,
        type=_range,
        help="the commits of the tree behind A up to B",
    )
    given.add_argument("--staged", action="store_true", help="what the next commit of the tree changes")
    trees = patches.add_mutually_exclusive_group()
    trees.add_argument("--tree", metavar="DIR", default="", help="the kernel tree that they are for")
    trees.add_argument("--kernel", metavar="RELEASE", default="", help="a kernel whose sources are here")


def _range(text: str) -> str:
    """A range of commits, of which the first must be named: what it gives is compared with that."""
    first, between, last = text.partition("..")
    if not (first and between) or last.startswith(".") or first.startswith("-"):
        raise argparse.ArgumentTypeError(f"'{text}' is no A..B")
    return text


def execute(options: argparse.Namespace) -> int:
    """Lint; findings are raised as one KiterError, advice is shown and does not count."""
    targets = (profile(options.target),) if options.target else verified()
    series = options.patch or options.range or options.staged
    if wrong := _together(options):
        raise environment("E02", wrong, CODES["E02"].reason, CODES["E02"].hint)
    if series:
        from kiter.cli import _patches  # noqa: PLC0415 - the parser of C is wanted only here

        return _patches.execute(targets[-1], options)
    judge = partial(_c_judged, targets[-1]) if options.kernel_source else partial(_judged, targets)
    if not (options.fix or options.diff):
        return judge(options, ())
    from kiter.cli import _fixes  # noqa: PLC0415 - what writes files is wanted only here

    c_files = partial(_fixes.c_files, options.kernel_source, targets[-1])
    found = c_files() if options.kernel_source else _fixes.specs(options.specs, targets)
    if options.diff:
        return _fixes.compared(found)
    done = _fixes.fixed(found)
    if options.format != "json":  # where all must be one list
        for one in done:
            show([one], options)
        return judge(options, ())
    try:
        return judge(options, done)
    except KiterError as error:
        raise KiterError(*done, *error.diagnostics, status=error.status) from None


def _together(options: argparse.Namespace) -> str:
    """Why options do not go together, "" where they do."""
    given = {
        "--patch": options.patch,
        "--range": options.range,
        "--staged": options.staged,
        "--kernel-source": options.kernel_source,
        "a spec": options.specs,
        "--fix": options.fix,
        "--diff": options.diff,
        "--btf": options.btf,
        "--design": options.design,
    }
    names = [name for name, value in given.items() if value]
    series = next((name for name in names if name in _SERIES), "")
    alone = [name for name in ("--tree", "--kernel") if vars(options)[name[2:]]]
    alone += ["--format mail"] if options.format == "mail" else []
    if c_files := [one for one in options.specs if one.endswith((".c", ".h"))]:
        return f"{c_files[0]} is C, which --kernel-source judges"
    if alone and not series:
        return f"{alone[0]} is for a series, and there is no --patch, --range or --staged"
    if "--kernel" in alone and series != "--patch":
        return f"--kernel does not go with {series}, which names commits of a tree"
    first = series or ("--kernel-source" if options.kernel_source else "")
    others = [name for name in names if name != first and name not in (_SERIES if series else _MENDS)]
    return f"{first} does not go with {others[0]}" if first and others else ""


def _c_judged(target: Profile, options: argparse.Namespace, done: Sequence[Diagnostic]) -> int:
    from kiter.cli import _source  # noqa: PLC0415 - the parser of C is wanted only here

    return _source.execute(options.kernel_source, target, options, done)


def _judged(targets: Sequence[Profile], options: argparse.Namespace, done: Sequence[Diagnostic]) -> int:
    """Lint what is there now, and tell what was fixed before."""
    reads = frontend.of_all(options.specs, targets)
    warnings = dict.fromkeys(warning for read in reads for warning in read.warnings)
    if options.design:
        asked = (lint.design(it, p) for p, read in zip(targets, reads, strict=True) for it in read.iterators)
        warnings |= dict.fromkeys(note for notes in asked for note in notes)
    if options.btf:
        warnings |= dict.fromkeys(_unknown(options.btf, targets, reads))
    show([*done, *sorted(warnings)], options)
    names = list(dict.fromkeys(it.name for read in reads for it in read.iterators))
    if options.format == "text":
        what = "1 spec is" if len(names) == 1 else f"{len(names)} specs are"
        sys.stdout.write(f"{what} fine: {', '.join(names)}\n")
    elif options.format == "json":
        counts = {"fine": names, "warnings": len(warnings), "fixed": len(done)}
        sys.stdout.write(json.dumps(counts, indent=2) + "\n")
    return 0


def _unknown(kernel: str, targets: Sequence[Profile], reads: Sequence[frontend.Read]) -> list[Diagnostic]:
    """What the specs name that a kernel does not have; raises KiterError when one must be there."""
    from kiter.kernel import btf_files, inlines  # noqa: PLC0415 - reading a kernel's BTF is wanted only here
    from kiter.lint import symbols  # noqa: PLC0415

    source = btf_files.find(kernel)
    btf = source.read()
    # of several kernels only that one has this BTF
    its_own = nearest(source.release) if source.release else None
    pairs = [
        (it, target)
        for target, read in zip(targets, reads, strict=True)
        if its_own not in targets or target == its_own
        for it in read.iterators
    ]
    in_headers = partial(inlines.known, release=source.release)
    found = [d for it, target in pairs for d in symbols.unknown(it, target, btf, in_headers)]
    if any(d.severity == "error" for d in found):
        raise KiterError(*dict.fromkeys(found))
    return found
