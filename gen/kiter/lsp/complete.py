# SPDX-License-Identifier: GPL-2.0-only
"""What may be typed at a place: keys of the language, their values, and names of the kernel in C."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kiter.lsp import keys
from kiter.lsp.names import Names, member_of, types
from kiter.lsp.place import Place, place, siblings
from kiter.value_class import value_class

SHORTEST = 3  # letters of a name, before the kernel is asked: of two there are thousands


@value_class
class Choice:
    """Something that may be typed.

    label: what is shown
    kind: "key", "value", "member", "function" or "enumerator"
    detail: its type, in a few words
    about: what it is for
    text: what is put in
    """

    label: str
    kind: str
    detail: str
    about: str
    text: str


def choices(
    lines: Sequence[str], line: int, column: int, data: Mapping[str, Any], names: Names | None
) -> list[Choice]:
    """What may be typed at a line and column, counted from 0.

    data: the spec as it was when it could be read last
    names: those of a kernel, None where there is none
    """
    here = place(lines, line, column)
    if here.role == "key":
        return list(_keys(here, siblings(lines, line, len(here.before))))
    listed = [Choice(one, "value", "", "", one) for one in keys.values(here.trail)]
    if names and not listed and (here.role == "code" or keys.holds_c(here.trail)):
        return list(_names(here, types("\n".join(lines), data), names))
    return listed


def _keys(here: Place, taken: frozenset[str]) -> Iterator[Choice]:
    for key in keys.keys(here.trail):
        if key.name not in taken:
            yield Choice(key.name, "key", key.kind, key.about, f"{key.name}: ")


def _names(here: Place, known: Mapping[str, str], names: Names) -> Iterator[Choice]:
    of = member_of(here.before, known, names)
    if of is not None:
        found = names.members(of)
    elif len(here.word) >= SHORTEST:
        found = names.beginning(here.word)
    else:
        return
    yield from (Choice(one.name, one.kind, one.detail, "", one.name) for one in found)
