# SPDX-License-Identifier: GPL-2.0-only
"""`kiter explain`: the reason for an error, by its code or name."""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import json
import sys
import textwrap

from kiter.codes import CODES, Code, every_code
from kiter.errors import environment

NAME = "explain"
HELP = "explain the code of an error, or list all codes"
EXAMPLE = """
kiter explain S07
kiter explain duplicate-key
kiter explain
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `kiter explain`."""
    parser.add_argument(
        "codes",
        nargs="*",
        metavar="CODE",
        help="a code or a name, such as S07 or duplicate-key; default: all",
    )


def execute(options: argparse.Namespace) -> int:
    """Print the wanted codes; raises KiterError for one that does not exist."""
    known = every_code()
    wanted = [_find(name, known) for name in options.codes]
    if options.format == "json":
        sys.stdout.write(json.dumps([_flat(code) for code in wanted or known.values()], indent=2) + "\n")
    elif wanted:
        sys.stdout.write("\n".join(_story(code) for code in wanted))
    else:
        widest = max(len(code.name) for code in known.values())
        lines = (f"{code.code}  {code.name:<{widest}}  {code.title}\n" for code in known.values())
        sys.stdout.write("".join(lines))
    return 0


def _find(name: str, known: dict[str, Code]) -> Code:
    """The code or name as a Code, however it is written: s7, [S07], duplicate_key."""
    plain = name.strip("[]: ").lower().replace("_", "-")
    named = {code.name: code for code in known.values()} | {code.lower(): one for code, one in known.items()}
    found = named.get(plain) or named.get(plain[:1] + plain[1:].zfill(2))
    if found:
        return found
    near = difflib.get_close_matches(plain, named, n=1)
    unknown = CODES["E01"]
    hint = (
        f"did you mean {near[0].upper() if len(near[0]) == len('S07') else near[0]}?"
        if near
        else unknown.hint
    )
    raise environment("E01", f"there is no code or name '{name}'", unknown.reason, hint)


def _story(code: Code) -> str:
    lines = [f"{code.code} ({code.name}): {code.title}", "", *textwrap.wrap(code.reason, 96)]
    if code.hint:
        lines += ["", *textwrap.wrap(f"hint: {code.hint}", 96)]
    if code.fixable:
        lines += ["", "'kiter lint --fix' does it where there is one way only."]
    lines += _examples(code.code)
    return "\n".join(lines) + "\n"


def _examples(code: str) -> list[str]:
    """What breaks the rule and what keeps it, indented; nothing for a code that is no rule."""
    from kiter.lint import examples  # noqa: PLC0415 - reads files that only a story wants

    lines: list[str] = []
    if (bad := examples.bad(code)) is not None:
        lines += ["", "bad:", "", *(f"    {line}" for line in bad.text.splitlines())]
    if (good := examples.good(code)) is not None:
        lines += ["", "good:", "", *(f"    {line}" for line in good.text.splitlines())]
    return lines


def _flat(code: Code) -> dict[str, object]:
    return dataclasses.asdict(code)
