# SPDX-License-Identifier: GPL-2.0-only
"""Which #if, or which ifeq of a Makefile, each row of a text stands in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from kiter.regex import regex
from kiter.value_class import value_class

_C = regex(r"^\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b(.*)")
_MAKE = regex(r"^\s*(ifeq|ifneq|ifdef|ifndef|else|endif)\b(.*)")
_OPTION = regex(r"(!\s*)?(?:defined\s*\(?\s*|IS_ENABLED\(\s*)?\b(CONFIG_\w+)")
_INNER = frozenset({"elif", "else", "endif"})


@value_class
class Conditional:
    """From an #if to its #endif, whose rows are `first` and `last`.

    spelled: the #if with its white space normalized
    options: the kernel options that it asks for
    """

    first: int
    last: int
    spelled: str
    options: tuple[str, ...]


class Conditionals:
    """All conditionals of a C file, or of a Makefile."""

    def __init__(self, lines: Sequence[str], make: bool = False) -> None:
        self._lines = lines
        self._directive = _MAKE if make else _C

    def around(self, row: int) -> tuple[Conditional, ...]:
        """Those that a row stands in, the outermost first; the rows of #if and #endif stand outside."""
        return tuple(one for one in self.every if one.first < row < one.last)

    def behind(self, row: int) -> int:
        """The row behind this one that stands in no conditional."""
        outer = self.around(row)
        return outer[0].last + 1 if outer else row + 1

    @cached_property
    def every(self) -> tuple[Conditional, ...]:
        """All of them, an outer one before its inner ones; one without an end is none."""
        found, pending = [], []
        for row, word, asked in self._directives:
            if word not in _INNER:
                pending.append((row, asked))
            elif word == "endif" and pending:
                first, options = pending.pop()
                found.append(Conditional(first, row, " ".join(self._lines[first].split()), options))
        return tuple(sorted(found, key=lambda one: one.first))

    @cached_property
    def options(self) -> Sequence[frozenset[str]]:
        """For each row the kernel options that are asked for around it."""
        found: list[frozenset[str]] = []
        around = [frozenset[str]()]
        for row, word, asked in self._directives:
            found += [around[-1]] * (row - len(found))
            if word in _INNER and len(around) > 1:
                around.pop()
            if word != "endif":
                around.append(around[-1].union(asked))
        return found + [around[-1]] * (len(self._lines) - len(found))

    @cached_property
    def _directives(self) -> list[tuple[int, str, tuple[str, ...]]]:
        """The row of each directive, its word, and the options that it asks for."""
        matches = ((row, self._directive.match(line)) for row, line in enumerate(self._lines))
        return [(row, found[1], _asked(found[1], found[2])) for row, found in matches if found]


def _asked(word: str, condition: str) -> tuple[str, ...]:
    named = _OPTION.findall(condition) if word != "ifndef" else ()
    return tuple(option for negated, option in named if not negated)
