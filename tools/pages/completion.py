# SPDX-License-Identifier: GPL-2.0-only
"""docs/completion/: completion of the command line in three shells, from the parser of `--help`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import shtab

from kiter.cli import command
from kiter.cli.main import parser_of

# The file for each shell, as the shell wants it named. Their text is shtab's, hence its licence.
FILES = {"kiter.bash": "bash", "_kiter": "zsh", "kiter.fish": "fish"}
_LICENCE = "# SPDX-License-Identifier: Apache-2.0\n"

# What an option takes, by the word that --help has for it.
_TAKES = {
    "DIR": shtab.DIRECTORY,
    "FOLDER": shtab.DIRECTORY,
    "OUT": shtab.DIRECTORY,
    command.KERNEL: shtab.FILE,
    "FILE": shtab.FILE,
    "SPEC": shtab.FILE,
}


def text(name: str) -> str:
    """The text of one of FILES."""
    parser = parser_of({name: command.load(name) for name in command.names()})
    for action in _actions(parser):
        taken = _TAKES.get(str(action.metavar))
        if taken:
            action.complete = taken  # type: ignore[attr-defined]  # where shtab looks
    made: str = shtab.complete(parser, shell=FILES[name])
    first, _, rest = made.partition("\n")
    # zsh asks for #compdef in the first line
    return f"{first}\n{_LICENCE}{rest}" if first.startswith("#compdef") else _LICENCE + made


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """The options and arguments of a parser and of all subcommands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)
