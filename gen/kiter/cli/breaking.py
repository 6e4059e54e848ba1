# SPDX-License-Identifier: GPL-2.0-only
"""`kiter breaking`: what BPF programs would notice between two revisions of a spec."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kiter import frontend, lint, tools
from kiter.cli.command import show
from kiter.cli.report import printable
from kiter.errors import FINDINGS, Diagnostic, KiterError, environment
from kiter.spec.document import Document
from kiter.spec.load import load, parse
from kiter.sync import breaking
from kiter.sync.breaking import Notice
from kiter.sync.codes import CODES
from kiter.target.profile import Profile, profile, releases

NAME = "breaking"
HELP = "say what BPF programs would notice between two revisions of a spec"
EXAMPLE = """
kiter breaking HEAD:specs/css.yaml specs/css.yaml
kiter breaking old.yaml new.yaml --target 7.3
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter breaking`."""
    parser.add_argument("old", metavar="OLD", help="a spec as it was: a file, or REVISION:FILE of git")
    parser.add_argument("new", metavar="NEW", help="the spec as it is now, likewise")
    parser.add_argument(
        "--target", default="", help=f"the kernel: {', '.join(releases())} (default: each of them)"
    )


def execute(options: argparse.Namespace) -> int:
    """Compare for each target; 1 if a program could notice anything."""
    old, new = _document(options.old), _document(options.new)
    targets = [profile(options.target)] if options.target else [profile(name) for name in releases()]
    found: dict[Notice, list[str]] = {}
    for target in targets:
        for notice in _notices(old, new, target):
            found.setdefault(notice, []).append(target.release)
    told = sorted(_diagnostic(notice, kernels) for notice, kernels in found.items())
    show(told, options)
    if options.format == "json":
        sys.stdout.write(json.dumps(_facts(found), indent=2) + "\n")
    elif options.format == "text" and not told:
        name = new.data["iterator"]
        sys.stdout.write(f"{printable(str(name))}: BPF programs would notice nothing\n")
    return FINDINGS if told else 0


def _document(name: str) -> Document:
    """A spec from a file, or from git; raises KiterError as loading does, N10 for what git does not have."""
    revision, colon, file = name.partition(":")
    if not colon or Path(name).exists():
        return load(Path(name))
    words = [tools.require("git").path, "show", f"{revision}:./{file}"]
    try:
        done = subprocess.run(words, capture_output=True, check=False)
    except OSError as error:
        raise _lacking(name, str(error)) from error
    if done.returncode:
        raise _lacking(name, done.stderr.decode("utf-8", "replace").strip())
    return parse(done.stdout.decode("utf-8", "replace"), name)


def _lacking(name: str, said: str) -> KiterError:
    code = CODES["N10"]
    return environment("N10", f"{code.title}: {said}", code.reason, code.hint, name)


def _notices(old: Document, new: Document, target: Profile) -> Iterator[Notice]:
    its = [frontend.modelled(document, target) for document in (old, new)]
    wrong = [
        d
        for it in its
        if not it.younger
        for d in lint.lint(it, target)
        if d.severity == "error" and d.code[0] != "T"
    ]
    if wrong:
        raise KiterError(*wrong)
    return breaking.notices(its[0], its[1], target)


def _diagnostic(notice: Notice, kernels: list[str]) -> Diagnostic:
    code = CODES[notice.code]
    message = f"{notice.what}: {code.title}"
    sides = (f" was: {notice.old}", f" is:  {notice.new}", f" in Linux {', '.join(kernels)}")
    return notice.at.finding(notice.code, message, "\n".join((code.reason, *sides)), code.hint)


def _facts(found: dict[Notice, list[str]]) -> list[dict[str, object]]:
    return [
        {"code": n.code, "what": n.what, "old": n.old, "new": n.new, "kernels": kernels}
        for n, kernels in found.items()
    ]
