# SPDX-License-Identifier: GPL-2.0-only
"""Findings of a series as replies to its mails: quoted lines, and under them one point each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from kiter.errors import Diagnostic
from kiter.patches.mails import Change, Hunk, Mail

_WIDTH = 72
_AROUND = 3  # lines that are quoted above one that something is said of
_POLITE = {"error": "", "warning": "A small thing: ", "note": "I cannot see this from here: "}

Placed = tuple[Diagnostic, tuple[int, int] | None]
"""A finding, with the mail and the row of the patch that show its line."""


def replies(series: Sequence[Mail], found: Sequence[Placed]) -> str:
    """A mail in reply to each of those in which something was found."""
    return "\n".join(
        _reply(mail, [(one, row) for one, (at, row) in _shown(found) if at == number])
        for number, mail in enumerate(series)
        if any(at == number for _, (at, _) in _shown(found))
    )


def _shown(found: Sequence[Placed]) -> list[tuple[Diagnostic, tuple[int, int]]]:
    return [(one, row) for one, row in found if row is not None]


def _reply(mail: Mail, found: Sequence[tuple[Diagnostic, int]]) -> str:
    subject = mail.header("Subject").removeprefix("Re: ")
    headers = {"To": mail.header("From"), "Subject": subject and f"Re: {subject}"}
    headers["In-Reply-To"] = mail.header("Message-ID")
    given = [f"{name}: {value}" for name, value in headers.items() if value]
    head = [
        *([*given, ""] if given else []),
        f"On {mail.header('Date') or 'an earlier day'}, {mail.header('From') or 'you'} wrote:",
    ]
    points = sorted(found, key=lambda one: one[1])
    body = [line for change in mail.changes for line in _change(change, points)]
    return "\n".join([*head, *body, "Thanks!", ""])


def _change(change: Change, points: Sequence[tuple[Diagnostic, int]]) -> Iterator[str]:
    """What is said of one file, under the lines that it is about."""
    named = False
    for hunk in change.hunks:
        mine = [(one, row) for one, row in points if any(each.at == row for each in hunk.rows)]
        if mine and not named:
            yield f"> --- a/{change.old}" if change.old != "/dev/null" else "> --- /dev/null"
            yield f"> +++ b/{change.new}"
            named = True
        yield from _hunk(hunk, mine)


def _hunk(hunk: Hunk, points: Sequence[tuple[Diagnostic, int]]) -> Iterator[str]:
    quoted = -1
    for one, row in points:
        at = next(n for n, each in enumerate(hunk.rows) if each.at == row)
        start = max(quoted + 1, at - _AROUND)
        if start > quoted + 1 and start <= at:
            yield "> [...]"
        if at > quoted:
            yield from (f"> {each.sign}{each.text}" for each in hunk.rows[start : at + 1])
            yield ""
        quoted = max(quoted, at)
        yield from _point(one)
        yield ""


def _begun(said: str) -> str:
    """A sentence with its first letter large, unless it begins with a name of C."""
    word = said.partition(" ")[0]
    return said if set("_()") & set(word) else f"{said[:1].upper()}{said[1:]}"


def _point(found: Diagnostic) -> Iterator[str]:
    """One finding in sentences: what, why, and a way out."""
    sentences = (f"{_POLITE[found.severity]}{found.message}", found.reason, found.hint)
    text = " ".join(f"{_begun(said)}." for said in sentences if said)
    return iter(textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False))
