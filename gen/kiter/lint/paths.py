# SPDX-License-Identifier: GPL-2.0-only
"""Hits of what the paths of a spec's C show."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject, Use, When
from kiter.lint.vocabulary import BOGUS_ENTRIES, OR_NULL
from kiter.regex import regex

# What all names have that take or drop a lock, give something back, or make an entry (kiter.flow).
_ASKED = regex(
    r"lock|able\(|down|up|kmap|kunmap|local_irq|release|get_cpu|put_cpu|guard|seq|atomic|put|free|unref"
)


def along(s: Subject, code: str) -> Iterator[Hit]:
    """All that breaks a rule on some path; for an entry of a list there is a macro that may give NULL."""
    if not any(_asks(use) for use in s.uses):
        return
    from kiter.lint.bodies import slips  # noqa: PLC0415 - the parser of C is wanted only where it has to look

    for use, slip in slips(s):
        if slip.rule == code and use.slot.when is not When.TEST:
            right = OR_NULL.get(slip.name) if code == "C31" else None
            edit = use.swap(slip.offset, slip.name, right) if right else None
            yield Hit(use.at(slip.offset), slip.message, f"use 'list', or {right}()" if right else "", edit)


def _asks(use: Use) -> bool:
    """Whether a text has something that only its paths tell."""
    entries = bool(use.names & BOGUS_ENTRIES)
    return entries or (use.statements and _ASKED.search(use.text) is not None)
