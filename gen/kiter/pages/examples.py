# SPDX-License-Identifier: GPL-2.0-only
"""For each rule what breaks it and what keeps it, out of its tests."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiter import resources
from kiter.spec.load import load

EXPECTED = re.compile(r"\s*(?://)?\s*# error\[(?P<code>[A-Z]\d\d)\](?::(?P<column>\d+))? .*$")
GOOD_C = "good.c"


@dataclass(frozen=True, slots=True)
class Example:
    """A few lines of a spec or of C."""

    text: str


@cache
def _shown() -> dict[str, tuple[Path, int]]:
    """For each code the file, and the line from 0, that shows it first."""
    found: dict[str, tuple[Path, int]] = {}
    for folder in ("lint", "source"):
        for path in sorted((resources.errors() / folder).glob("*.[yc]*")):
            for row, line in enumerate(path.read_text("utf-8").splitlines()):
                for code in re.findall(r"# error\[([A-Z]\d\d)\]", line):
                    found.setdefault(code, (path, row))
    return found


def bad(code: str) -> Example | None:
    """What breaks a rule: the line that is wrong, in C with all that is not as in the right one."""
    if code not in _shown():
        return None
    path, row = _shown()[code]
    if path.suffix == ".c":
        return Example("\n".join(_changed(path, "+ ")))
    line = EXPECTED.sub("", path.read_text("utf-8").splitlines()[row])
    return Example(line.strip())


def good(code: str) -> Example | None:
    """What keeps the rule in the place of the bad example, where one line tells it."""
    if code not in _shown():
        return None
    path, _ = _shown()[code]
    if path.suffix == ".c":
        text = "\n".join(_changed(path, "- "))
        return Example(text) if text else None
    return Example(kept()[code]) if code in kept() else None


@cache
def kept() -> dict[str, str]:
    """For each rule of specs the line that keeps it in the place of the bad one."""
    return {code: str(text) for code, text in load(resources.errors() / "good.yaml").data.items()}


def mended(code: str) -> tuple[str, int]:
    """The file that shows a rule with the bad line mended, and that line's number from 1."""
    path, row = _shown()[code]
    lines = path.read_text("utf-8").splitlines()
    indent = len(lines[row]) - len(lines[row].lstrip())
    lines[row] = lines[row][:indent] + kept()[code]
    return "\n".join(lines) + "\n", row + 1


def _changed(path: Path, sign: str) -> Iterator[str]:
    """The lines of a bad file, or of the good one, that the other does not have."""
    right = path.with_name(GOOD_C).read_text("utf-8").splitlines()
    wrong = [EXPECTED.sub("", line) for line in path.read_text("utf-8").splitlines()]
    return (line[2:] for line in difflib.ndiff(right, wrong) if line.startswith(sign) and line[2:].strip())
