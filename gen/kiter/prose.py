# SPDX-License-Identifier: GPL-2.0-only
"""Words as text: paragraphs in columns, comments of kernel-doc, mails, sentences and lists."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from kiter.markup import escaped
from kiter.regex import regex

PAGE = 80
COMMENT = 79
MAIL = 72
TAB = 8
SUBJECT = 75  # scripts/checkpatch.pl, COMMIT_LOG_LONG_LINE
_BLANK = regex(r"\n\s*\n")
_POINT = regex("- ")
_BULLET = regex(r"\* ")
_PARAMETER = regex(r"@\w+: ")
_NAMED = regex(r"@(\w+)")


@lru_cache(maxsize=1024)  # a file, the module of it and two kernels say the same
def _lines(text: str, columns: int, first: str = "", rest: str = "") -> tuple[str, ...]:
    """One paragraph in so many columns; words stay whole."""
    return tuple(
        textwrap.wrap(
            " ".join(text.split()),
            columns,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    """What stands between empty lines."""
    return tuple(part.strip("\n") for part in _BLANK.split(text) if part.strip())


def _items(paragraph: str, mark: re.Pattern[str]) -> Iterator[str]:
    """The items of a list, each of which begins with a mark, or the paragraph that is none."""
    item = ""
    for line in paragraph.split("\n"):
        if item and mark.match(line):
            yield item
            item = ""
        item = f"{item} {line}" if item else line
    yield item


def wrap(text: str, indent: str = "") -> str:
    """One paragraph of a page."""
    return "\n".join(_lines(text, PAGE, indent, indent))


def fill(text: str) -> str:
    """The paragraphs of a page, an empty line behind each."""
    return "".join(f"{wrap(part)}\n\n" for part in _paragraphs(text))


def mail(text: str) -> str:
    """The paragraphs and lists of a mail; what is indented is code and stays as it is."""
    parts = (part if part.startswith(" ") else "\n".join(_mailed(part)) for part in _paragraphs(text))
    return "\n\n".join(parts) + "\n"


def _mailed(paragraph: str) -> Iterator[str]:
    for item in _items(paragraph, _POINT):
        yield from _lines(item, MAIL, rest="  " if _POINT.match(item) else "")


def fitting(subjects: Sequence[str]) -> str:
    """The first of these that a subject line has room for, else the last."""
    return next((subject for subject in subjects if len(subject) <= SUBJECT), subjects[-1])


def kernel_doc(text: str, spelled: Mapping[str, str] | None = None) -> str:
    """A comment: a title and the parameters, then paragraphs and lists.

    `spelled` are the arguments whose names in the prototype have a suffix.
    """
    named = _NAMED.sub(lambda m: "@" + (spelled or {}).get(m[1], m[1]), text)
    top, *rest = _paragraphs(named)
    title, *parameters = _items(top, _PARAMETER)
    lines = ["/**", *_described(title, " - "), *_comments(parameters)]
    for paragraph in rest:
        lines += [" *", *_comments(_items(paragraph, _BULLET))]
    return "\n".join((*lines, " */")) + "\n"


def _comments(items: Iterable[str]) -> Iterator[str]:
    for item in items:
        if _PARAMETER.match(item):
            yield from _described(item, ": ")
        else:
            yield from _lines(escaped(item), COMMENT, " * ", " *   " if _BULLET.match(item) else " * ")


def _described(item: str, mark: str) -> list[str]:
    """A name, which is no prose, and behind the mark what is said of it."""
    name, _, words = item.partition(mark)
    lines = _lines(name + mark + escaped(words), COMMENT, " * ", " *".ljust(TAB))
    return [line.replace(" *".ljust(TAB), " *\t", 1) for line in lines]


def capital(text: str) -> str:
    """The text with a capital letter; one that begins with a name begins as the name does."""
    return text if re.match(r"\w+[(_]", text) else text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """The text as a sentence."""
    begun = capital(text)
    return begun + ("" if begun.endswith((".", "!", "?")) else ".")


def listed(items: Sequence[str]) -> str:
    """The items as a sentence lists them."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
