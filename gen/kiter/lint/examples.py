# SPDX-License-Identifier: GPL-2.0-only
"""For each rule what breaks it and what keeps it, out of its tests."""

from __future__ import annotations

import difflib
import re
from functools import cache
from pathlib import Path

from kiter import resources
from kiter.regex import regex
from kiter.spec.load import load
from kiter.value_class import value_class

EXPECTED = regex(r"\s*(?://)?\s*# error\[(?P<code>[A-Z]\d\d)\](?::(?P<column>\d+))? .*$")
GOOD_C, KEPT = "good.c", "kept"


@value_class
class Example:
    """A few lines of a spec or of C."""

    text: str


@cache
def _shown() -> dict[str, tuple[Path, int]]:
    """For each code the file, and the line from 0, that shows it first."""
    found: dict[str, tuple[Path, int]] = {}
    for folder in ("spec", "lint", "together", "btf", "source"):
        for path in sorted((resources.errors() / folder).glob("*.[yc]*")):
            for row, line in enumerate(path.read_text("utf-8").splitlines()):
                for code in re.findall(r"# error\[([A-Z]\d\d)\]", line):
                    found.setdefault(code, (path, row))
    return found


def bad(code: str) -> Example | None:
    """What breaks a rule: the lines that are wrong, in C with all that is not as in the right one."""
    if code not in _shown():
        return None
    path, row = _shown()[code]
    if path.suffix == ".c":
        return Example(_compared(path, "-"))
    lines = _plain(path)
    return Example("\n".join(lines[n - 1].strip() for n in sorted({row + 1, *kept().get(code, ())})))


def good(code: str) -> Example | None:
    """What keeps the rule in the place of the bad example."""
    if code not in _shown():
        return None
    path, _ = _shown()[code]
    if path.suffix == ".c":
        return Example(_compared(path, "+"))
    return Example("\n".join(text for text in kept()[code].values() if text)) if code in kept() else None


@cache
def kept() -> dict[str, dict[int, str]]:
    """For each rule of specs the lines, by number from 1, that keep it in the file that breaks it."""
    lines = load(resources.errors() / "good.yaml").data.items()
    return {
        code: {int(number): text for number, text in kept.items()}
        if isinstance(kept, dict)
        else {_shown()[code][1] + 1: kept}
        for code, kept in lines
    }


def shown(code: str) -> Path:
    """The file that shows a rule first."""
    return _shown()[code][0]


def right(path: Path) -> Path:
    """The C that keeps the rule which a bad file breaks: one of its own, or the one of most."""
    own = path.parent / KEPT / path.name
    return own if own.is_file() else path.with_name(GOOD_C)


def _compared(path: Path, sign: str) -> str:
    """The lines of a bad file (-), or of the good one (+), that the other does not have.

    Where one of them has nothing but more lines than the other, with what stands beside these.
    """
    good = right(path).read_text("utf-8").splitlines()
    for around in (0, 1):
        lines = list(difflib.unified_diff(_plain(path), good, n=around, lineterm=""))[2:]
        if all(any(line[0] == one and line[1:].strip() for line in lines) for one in "-+"):
            break
    return "\n".join(line[1:] for line in lines if line[0] in {sign, " "}).strip("\n")


def _plain(path: Path) -> list[str]:
    return [EXPECTED.sub("", line) for line in path.read_text("utf-8").splitlines()]
