# SPDX-License-Identifier: GPL-2.0-only
"""docs/man/: a manual page for kiter and for each subcommand, from the parser that `--help` is made from."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from kiter.cli import command
from kiter.cli.main import parser_of
from kiter.vm.results import Outcome
from tools.pages.sources import version

_TEMPLATE = "man.1.j2"


@dataclass(frozen=True)
class Row:
    """An option or an argument."""

    spelled: str  # as roff: its names in bold, what it takes in italics
    help: str


@dataclass(frozen=True)
class Group:
    """The options that stand below one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Page:
    """A command, or one action of it."""

    command: str  # as it is typed: "kiter kernels fetch"
    help: str  # without a full stop
    synopsis: str  # as roff
    description: str
    groups: tuple[Group, ...]
    actions: tuple[Page, ...]
    examples: tuple[str, ...]

    @property
    def title(self) -> str:
        """The name of the page."""
        return self.command.replace(" ", "-")

    @property
    def outcomes(self) -> list[Outcome]:
        """What has an exit status of its own, beside those of all commands."""
        own = [one for one in Outcome if one.status > 2] if self.title == "kiter-run" else []
        return sorted(own, key=lambda one: one.status)

    @property
    def others(self) -> str:
        """The pages to read next, as roff: of a subcommand's the first, of that one all others."""
        pages = names()[1:] if self.title == "kiter" else ["kiter"]
        return "\n".join(f".BR {roff(name)} (1)" for name in pages)


def names() -> list[str]:
    """The names of all pages; no subcommand is imported for it."""
    return ["kiter", *(f"kiter-{name}" for name in command.names())]


def page(name: str) -> str:
    """The text of a page, in the language of man(7)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["roff"] = roff
    return environment.get_template(_TEMPLATE).render(page=_pages()[name], version=version())


def roff(text: str) -> str:
    """Text as roff shows it: no escape, no request, and a hyphen that can be copied as a minus."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^(?=[.'])", r"\\&", text)


@cache
def _pages() -> dict[str, Page]:
    """All pages by their names."""
    whole = parser_of({name: command.load(name) for name in command.names()})
    found = [_read(whole, whole.description or ""), *_below(whole)]
    return {one.title: one for one in found}


def _read(parser: argparse.ArgumentParser, help_text: str) -> Page:
    said = (parser.description or f"{help_text[:1].upper()}{help_text[1:]}.").strip()
    return Page(
        command=parser.prog,
        help=help_text.rstrip("."),
        synopsis=_synopsis(parser),
        description=said,
        groups=tuple(_groups(parser)),
        actions=() if parser.prog == "kiter" else tuple(_below(parser)),
        examples=tuple(line.strip() for line in (parser.epilog or "").splitlines()[1:]),
    )


def _subcommands(
    parser: argparse.ArgumentParser,
) -> argparse._SubParsersAction[argparse.ArgumentParser] | None:
    return next((a for a in parser._actions if isinstance(a, argparse._SubParsersAction)), None)


def _below(parser: argparse.ArgumentParser) -> Iterator[Page]:
    """A page for each subcommand of a parser."""
    for below in parser._actions:
        if isinstance(below, argparse._SubParsersAction):
            for shown in below._choices_actions:
                yield _read(below.choices[shown.dest], shown.help or "")


def _groups(parser: argparse.ArgumentParser) -> Iterator[Group]:
    """The headings of a parser with what stands below each; --help, which all have, is left out."""
    for group in parser._action_groups:
        rows = [row for action in group._group_actions for row in _rows(action)]
        if rows:
            title = "arguments" if group.title == "positional arguments" else group.title or ""
            yield Group(title, tuple(rows))


def _rows(action: argparse.Action) -> Iterator[Row]:
    if isinstance(action, argparse._SubParsersAction):
        yield from (Row(f"\\fB{roff(a.dest)}\\fR", a.help or "") for a in action._choices_actions)
    elif action.help and not isinstance(action, argparse._HelpAction):
        yield Row(_spelled(action), action.help % {"default": action.default})


def _spelled(action: argparse.Action) -> str:
    """An option as its heading: "-o, --out OUT"."""
    spellings = ", ".join(f"\\fB{roff(one)}\\fR" for one in action.option_strings)
    return " ".join(part for part in (spellings, _taken(action)) if part)


def _taken(action: argparse.Action) -> str:
    """What an option or argument takes, in italics; "" for a switch."""
    if action.nargs == 0:
        return ""
    what = action.metavar or ("|".join(action.choices) if action.choices else action.dest.upper())
    name = f"\\fI{roff(str(what))}\\fR"
    return {"*": f"[{name} ...]", "+": f"{name} ...", "?": f"[{name}]"}.get(str(action.nargs), name)


def _synopsis(parser: argparse.ArgumentParser) -> str:
    """What follows the command's name; options that may be left out are told by one word."""
    actions: Sequence[argparse.Action] = parser._actions
    needed = [_spelled(a) for a in actions if a.option_strings and a.required]
    taken = [_taken(a) for a in actions if not a.option_strings]
    return " ".join([*needed, "[\\fIoptions\\fR]", *taken])
