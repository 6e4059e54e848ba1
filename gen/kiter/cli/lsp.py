# SPDX-License-Identifier: GPL-2.0-only
"""`kiter lsp`: a language server for specs, started by an editor."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kiter.cli.command import KERNEL, version
from kiter.codes import CODES
from kiter.errors import KiterError, environment
from kiter.kernel import btf_files
from kiter.kernel.tree import given
from kiter.target.profile import Profile, profile, releases, verified

if TYPE_CHECKING:
    from kiter.lsp.names import Names

NAME = "lsp"
HELP = "serve an editor: findings as you type, quick fixes, completion, the C that a line becomes"
EXAMPLE = """
kiter lsp
kiter lsp --tree ~/linux --btf 7.3
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter lsp`."""
    parser.add_argument(
        "--target",
        default="",
        help=f"one kernel of {', '.join(releases())} (default: those of them that are verified)",
    )
    parser.add_argument(
        "--btf",
        metavar=KERNEL,
        default="",
        help="the kernel whose names are completed (default: the newest that is here of the targets)",
    )
    parser.add_argument("--tree", metavar="DIR", default="", help="kernel sources, to go to definitions in")


def execute(options: argparse.Namespace) -> int:
    """Serve until the editor ends it; raises KiterError for a kernel or tree that is not here."""
    try:
        from kiter.lsp.server import serving  # noqa: PLC0415 - pygls is wanted only here
    except ModuleNotFoundError as missing:
        if missing.name not in ("pygls", "lsprotocol"):
            raise
        code = CODES["E52"]
        raise environment("E52", code.title, code.reason, code.hint) from None
    targets = (profile(options.target),) if options.target else verified()
    tree = Path(options.tree) if options.tree else None
    if tree:
        given(tree)
    serving(version(), targets, _names(options.btf, targets), tree).start_io()
    return 0


def _names(asked: str, targets: tuple[Profile, ...]) -> Callable[[], Names | None]:
    """What gives the names of the kernel, read when they are wanted; one that was asked for must be here."""
    source = btf_files.find(asked) if asked else _newest(targets)

    @cache
    def names() -> Names | None:
        from kiter.lsp.names import Names  # noqa: PLC0415 - likewise

        return Names(source.read()) if source else None

    return names


def _newest(targets: tuple[Profile, ...]) -> btf_files.Source | None:
    for target in reversed(targets):
        try:
            return btf_files.find(target.release)
        except KiterError:
            continue
    return None
