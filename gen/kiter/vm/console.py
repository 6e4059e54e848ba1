# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel says on its console when something is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kiter.regex import regex
from kiter.value_class import value_class

TIMESTAMP = regex(r"^\s*(?:<\d+>)?\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])? ?")

# the first that matches decides; each kind is a list of what the kernel prints
PHRASES: tuple[tuple[str, str], ...] = (
    ("oops", r"BUG: kernel NULL pointer|BUG: unable to handle|^Oops|general protection fault|kernel BUG at"),
    ("oops", r"invalid opcode: |divide error: |stack guard page was hit|Internal error: "),
    ("kasan", r"BUG: (?:KASAN|KCSAN|KMSAN|KFENCE)|UBSAN: "),
    ("lockdep", r"WARNING: (?:possible|inconsistent|suspicious|bad unlock|lock held|.*held lock)"),
    ("lockdep", r"BUG: (?:sleeping function|scheduling while atomic|Invalid wait context|MAX_LOCK)"),
    (
        "lockup",
        r"soft lockup|hard LOCKUP|blocked for more than \d+ seconds|detected stalls? on|self-detected stall",
    ),
    ("warning", r"WARNING: (?:CPU: \d+ PID|.* at )|refcount_t: |list_(?:add|del) corruption"),
    ("bug", r"BUG: "),
    ("panic", r"Kernel panic - not syncing"),
)
KINDS = tuple((kind, regex(phrase)) for kind, phrase in PHRASES)
LAST_LINE = regex(r"---\[ end (?:trace|Kernel panic)|^Rebooting in|Kernel Offset")
MOST_LINES = 60


@value_class
class Splat:
    """One report of the kernel: its kind, the line that says it, and the lines that belong to it."""

    kind: str
    headline: str
    lines: tuple[str, ...]


def clean(text: str) -> list[str]:
    """The console's lines without time stamps, carriage returns and terminal sequences."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1bc|\r", "", text)
    return [TIMESTAMP.sub("", line) for line in plain.splitlines()]


def kind_of(line: str) -> str | None:
    """What a line announces, if it announces anything."""
    return next((kind for kind, pattern in KINDS if pattern.search(line)), None)


def splats(text: str) -> list[Splat]:
    """All that went wrong according to the console; a report that leads to a panic counts once."""
    lines = clean(text)
    found: list[Splat] = []
    at = 0
    while at < len(lines):
        kind = kind_of(lines[at])
        if kind is None:
            at += 1
            continue
        end = _end_of(lines, at)
        if kind != "panic" or not found:
            found.append(Splat(kind, lines[at], tuple(lines[at:end][:MOST_LINES])))
        at = end
    return found


def instructions(text: str) -> tuple[str, ...]:
    """Where in the kernel the CPUs were according to backtraces, as symbol+offset with the module.

    Modules come first: what hangs is in one, and what prints the backtraces is not.
    """
    found = dict.fromkeys(re.findall(r"RIP: 0010:(\S+(?: \[\w+\])?)", text))
    return tuple(sorted(found, key=lambda place: not place.endswith("]")))


def _end_of(lines: Sequence[str], start: int) -> int:
    for at in range(start, min(len(lines), start + 2 * MOST_LINES)):
        if LAST_LINE.search(lines[at]):
            return at + 1
    return min(len(lines), start + 2 * MOST_LINES)
