# SPDX-License-Identifier: GPL-2.0-only
"""Subcommands: what their modules provide, how they are found, and what they share.

A subcommand is a module of this package that has NAME, HELP, EXAMPLE, add_options() and
execute(). It is found by its file's name, so that running one does not import the others;
a module that only helps has a name that starts with "_".
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TextIO, cast

from kiter import cli
from kiter.cli.report import FORMATS, render
from kiter.errors import Diagnostic

VERBOSE = ("-v", "--verbose")
KERNEL = "RELEASE|FOLDER|FILE"  # what an option takes that asks for a kernel
_FRAME = frozenset({"command", "main", "report"})


class Command(Protocol):
    """What the module of a subcommand looks like."""

    NAME: str
    HELP: str
    EXAMPLE: str

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options and arguments of this command."""

    def execute(self, options: argparse.Namespace) -> int:
        """Do it; the exit status. Raises KiterError for what the user has to fix."""


def version() -> str:
    """The version that is installed, "" where kiter runs from its sources."""
    # Imported here: it takes 20 ms to load, and is seldom wanted.
    from importlib import metadata  # noqa: PLC0415

    try:
        return metadata.version("kiter")
    except metadata.PackageNotFoundError:
        return ""


def names() -> list[str]:
    """The names of all subcommands; none of them is imported for it."""
    modules = (
        path.stem for folder in cli.__path__ for path in Path(folder).iterdir() if path.suffix == ".py"
    )
    return sorted(m.replace("_", "-") for m in modules if m not in _FRAME and not m.startswith("_"))


def load(name: str) -> Command:
    """Import the module of a subcommand."""
    return cast(Command, importlib.import_module(f"{cli.__name__}.{name.replace('-', '_')}"))


def add_global_options(
    parser: argparse.ArgumentParser,
    default: object = None,
    formats: Sequence[str] = FORMATS,
    verbose: Sequence[str] = VERBOSE,
) -> None:
    """The options that stand before or behind the subcommand; `default` keeps the earlier value.

    `formats` are those of a subcommand that reports in more ways than errors are shown in, `verbose` the
    spellings that one leaves to the last option where it has a -v of its own, as git does.
    """
    group = parser.add_argument_group("options of all commands")
    group.add_argument("--format", choices=formats, default=default or "text", help="how results are shown")
    group.add_argument(
        "--color",
        "--colour",
        choices=("auto", "always", "never"),
        default=default or "auto",
        help="colour in errors (auto: on a terminal, unless NO_COLOR is set)",
    )
    group.add_argument(*verbose, action="count", default=default or 0, help="say more; twice: say everything")


def wants_colour(mode: str, stream: TextIO | None) -> bool:
    """Whether to colour what goes to `stream`, for one of the values of --color."""
    if mode != "auto":
        return mode == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream is not None and stream.isatty()


def show(diagnostics: Iterable[Diagnostic], options: argparse.Namespace) -> None:
    """Print diagnostics to stderr in the format that the user asked for."""
    form = options.format if options.format in FORMATS else "text"
    text = render(diagnostics, form, wants_colour(options.color, sys.stderr))
    sys.stderr.write(text)
