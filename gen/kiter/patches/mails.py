# SPDX-License-Identifier: GPL-2.0-only
"""Mails with patches: one, a mailbox, what `git format-patch` writes, or a bare patch."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from functools import cached_property

from kiter.regex import regex
from kiter.value_class import value_class

LARGEST = 16 << 20  # bytes; a series that a person reviews has a hundredth of that
# git and mailboxes begin each mail with such a line
_BEGINS = regex(r"^From \S+ +(?:at +)?\S.*\d{4}$\n", re.MULTILINE)
_HEADER = regex(r"(?:From|Subject|Date|Message-I[dD]|Return-Path|Received|To|Delivered-To|X-[\w-]+):")
_FILE = regex(r"^--- (?:a/)?(?P<old>\S+)[^\n]*\n\+\+\+ (?:b/)?(?P<new>\S+)[^\n]*\n", re.MULTILINE)
_HUNK = regex(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
NOTHING = "/dev/null"


@value_class
class Row:
    """A line of a hunk: " ", "+" or "-", the text behind it, and the row of the patch's file from 0."""

    sign: str
    text: str
    at: int


@value_class
class Hunk:
    """Lines that change: the row of the old file from 0 that they begin in, and all of them.

    `whole` is whether there are as many as its head counts.
    """

    first: int
    rows: tuple[Row, ...]
    whole: bool


@value_class
class Change:
    """What a patch does to one file; `old` or `new` is "/dev/null" where there is none."""

    old: str
    new: str
    hunks: tuple[Hunk, ...]

    @property
    def path(self) -> str:
        """The file that it is about."""
        return self.new if self.old == NOTHING else self.old


class Mail:
    """One mail: `text` is its body, which begins in a row of the file that was read, where that is plain."""

    def __init__(self, message: EmailMessage, text: str, first: int) -> None:
        self.message = message
        self.text = text
        self.first = first

    def header(self, name: str) -> str:
        """A header on one line, "" for none."""
        return " ".join(str(self.message.get(name, "")).split())

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What it does to each file."""
        return tuple(self._changes())

    def _changes(self) -> Iterator[Change]:
        found = list(_FILE.finditer(self.text))
        ends = [*(one.start() for one in found[1:]), len(self.text)]
        ends = ends[: len(found)]
        for one, end in zip(found, ends, strict=True):
            row = self.first + self.text.count("\n", 0, one.end())
            yield Change(one["old"], one["new"], tuple(_hunks(self.text[one.end() : end].split("\n"), row)))


def _hunks(lines: list[str], row: int) -> Iterator[Hunk]:
    """The hunks of one file; a hunk ends where it has all the lines that its head counts."""
    at = 0
    while at < len(lines) and (head := _HUNK.match(lines[at])):
        old, new = (int(count) if count else 1 for count in (head[2], head[4]))
        rows: list[Row] = []
        at += 1
        while at < len(lines) and (old > 0 or new > 0):
            sign, text = lines[at][:1] or " ", lines[at][1:]
            if sign in " +-":
                rows.append(Row(sign, text.removesuffix("\r"), row + at))
                old -= sign != "+"
                new -= sign != "-"
            elif sign != "\\":
                break
            at += 1
        while at < len(lines) and lines[at].startswith("\\"):
            at += 1
        yield Hunk(max(int(head[1]) - 1, 0), tuple(rows), old <= 0 and new <= 0)


def mails(text: str) -> list[Mail]:
    """All mails of a text, in order."""
    text = text.replace("\r\n", "\n")
    starts = [one.start() for one in _BEGINS.finditer(text) if _HEADER.match(text[one.end() :])]
    if not starts:
        return [_mail(text, 0)]
    ends = [*starts[1:], len(text)]
    return [_mail(text[a:b], text.count("\n", 0, a)) for a, b in zip(starts, ends, strict=True)]


def _mail(text: str, row: int) -> Mail:
    """One mail; a text without headers is all body, and its rows are those of the file."""
    head = _BEGINS.match(text)
    rest = text[head.end() :] if head else text
    if not _HEADER.match(rest):
        return Mail(EmailMessage(), text, row)
    message = email.message_from_string(rest, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    try:
        found = body.get_content() if body is not None else rest
    except (LookupError, ValueError):
        found = rest
    plain = found.replace("\r\n", "\n")
    before = text.find(plain.strip("\n").partition("\n")[0]) if plain.strip() else 0
    at = text.find(plain.rstrip("\n"))
    return Mail(message, plain, row + text.count("\n", 0, at if at >= 0 else max(before, 0)))
