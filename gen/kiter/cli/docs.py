# SPDX-License-Identifier: GPL-2.0-only
"""`kiter docs`: a site about all iterators."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path

from kiter import frontend, resources
from kiter.cli.report import printable
from kiter.codes import CODES as COMMON
from kiter.codes import lacking
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
kiter docs --book -o /tmp/site
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter docs`."""
    parser.add_argument("specs", nargs="*", metavar="SPEC", help="a spec or a folder (default: specs/)")
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("site"), metavar="DIR", help="where to write (default: site)"
    )
    parser.add_argument(
        "--book", action="store_true", help="build the pages about kiter beside the site, too, in book/"
    )


def execute(options: argparse.Namespace) -> int:
    """Read the specs for every kernel that there is a profile of, and build."""
    paths = frontend.collect(options.specs)
    targets = [profile(release) for release in releases()]
    made = [(target, specs.read(paths, target)) for target in targets]
    if not any(its for _, its in made):
        code = CODES["D11"]
        raise environment("D11", code.title, code.reason, code.hint)
    build(view.texts(made, _pages() if options.book else {}), options.out)
    names = {it.name for _, its in made for it in its}
    sys.stdout.write(f"{len(names)} iterators in {printable(str(options.out / 'index.html'))}\n")
    return 0


def _pages() -> Mapping[str, str]:
    """The book's; raises KiterError where what reads Markdown is not installed."""
    if importlib.util.find_spec("markdown_it") is None:
        raise lacking(COMMON["E50"], "markdown-it-py is not installed")
    from kiter.site import book  # noqa: PLC0415 - Markdown is read only here

    return book.texts(resources.documents())
