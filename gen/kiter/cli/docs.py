# SPDX-License-Identifier: GPL-2.0-only
"""`kiter docs`: a site about all iterators."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiter import frontend
from kiter.cli.report import printable
from kiter.errors import environment
from kiter.site import view
from kiter.site.build import build
from kiter.sync import specs
from kiter.sync.codes import CODES
from kiter.target.profile import profile, releases

NAME = "docs"
HELP = "build a site about iterators: reference pages, pictures of their walks, their code, where they work"
EXAMPLE = """
kiter docs -o /tmp/site
kiter docs specs/css.yaml specs/task.yaml -o /tmp/site
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter docs`."""
    parser.add_argument("specs", nargs="*", metavar="SPEC", help="a spec or a folder (default: specs/)")
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("site"), metavar="DIR", help="where to write (default: site)"
    )


def execute(options: argparse.Namespace) -> int:
    """Read the specs for every kernel that there is a profile of, and build."""
    paths = frontend.collect(options.specs)
    targets = [profile(release) for release in releases()]
    made = [(target, specs.read(paths, target)) for target in targets]
    if not any(its for _, its in made):
        code = CODES["D11"]
        raise environment("D11", code.title, code.reason, code.hint)
    build(view.texts(made), options.out)
    names = {it.name for _, its in made for it in its}
    sys.stdout.write(f"{len(names)} iterators in {printable(str(options.out / 'index.html'))}\n")
    return 0
