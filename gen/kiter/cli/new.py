# SPDX-License-Identifier: GPL-2.0-only
"""`kiter new`: a commented spec, or a fixture, that builds, to start from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiter.cli._new_spec import create, reference, write
from kiter.codes import CODES
from kiter.errors import Diagnostic, KiterError, Position
from kiter.fixtures.known import FILE
from kiter.fixtures.user import USER
from kiter.regex import regex
from kiter.render import render

NAME = "new"
HELP = "write a commented spec, or a fixture, that builds, to start from"
EXAMPLE = """
kiter new sibling
kiter new sibling -o specs/drafts/sibling.yaml
kiter new --fixture bpf_programs
"""
IDENTIFIER = regex(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter new`."""
    parser.add_argument("name", metavar="NAME", help="the iterator's or the fixture's name, a C identifier")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        help="the file to write (default: specs/NAME.yaml), or the folder of the fixture (fixtures/NAME)",
    )
    parser.add_argument(
        "--fixture",
        action="store_true",
        help="write a fixture, which tells the tests of a kind of element that they do not know",
    )


def execute(options: argparse.Namespace) -> int:
    """Write it; raises KiterError for a bad name or a file that exists already."""
    if not IDENTIFIER.fullmatch(options.name):
        raise _refused("S24", options.name, f"'{options.name}' is no C identifier of at most 64 characters")
    if options.fixture:
        return _fixture(options.name, options.out or Path("fixtures") / options.name)
    path: Path = options.out or Path("specs") / f"{options.name}.yaml"
    text = render("spec/new.yaml.j2", {"name": options.name, "schema": reference(path)})
    write(path, text)
    sys.stdout.write(f"{path}: edit it, then run 'kiter build {path}'\n")
    return 0


def _fixture(name: str, folder: Path) -> int:
    templates = {FILE: "spec/new_fixture.yaml.j2", USER: "spec/new_user.c.j2"}
    create({folder / file: render(template, {"name": name}) for file, template in templates.items()})
    sys.stdout.write(f"{folder}: edit {FILE} and {USER}, then let a spec 'expect: {name}'\n")
    return 0


def _refused(code: str, where: str, message: str) -> KiterError:
    entry = CODES[code]
    return KiterError(Diagnostic(Position(where), code, message, entry.reason, entry.hint))
