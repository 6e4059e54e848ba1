# SPDX-License-Identifier: GPL-2.0-only
"""What differs between two versions of the specs; templates/series/changes.j2 has the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from kiter.lower.statement import Statement
from kiter.series.versions import Version
from kiter.value_class import value_class

_SHORT = 40
# What a step of the way to a change is called; a name below it is said as it is.
_CALLED = {
    "arguments": "argument",
    "resources": "resource",
    "helpers": "helper",
    "companions": "companion",
    "state": "field",
    "walk": "",
}
_QUIET = ("series", "tests")  # told as a whole: what they hold is for machines, or in the letter itself


@value_class
class Change:
    """What was done, and to which iterator, "" where there is one only or where the change says it."""

    iterator: str
    what: Statement


@value_class
class Changelog:
    """What a cover letter says of this version, and what that of the one before said."""

    version: int
    changes: tuple[Change, ...]
    before: str


def changelog(version: int, before: Version, specs: Mapping[str, str], rebased: bool) -> Changelog:
    """This version beside the one before.

    `specs` are the texts as they are now, by their names; `rebased` says that the base is another.
    """
    found = tuple(_changes(before.specs, specs, rebased))
    return Changelog(version, found or (Change("", Statement("nothing")),), before.changelog)


def _changes(old: Mapping[str, str], new: Mapping[str, str], rebased: bool) -> Iterator[Change]:
    if rebased:
        yield Change("", Statement("rebase"))
    yield from (Change("", Statement("drop", (name,))) for name in old if name not in new)
    yield from (Change("", Statement("bring", (name,))) for name in new if name not in old)
    for name in (name for name in new if name in old):
        for what in differences(_data(old[name]), _data(new[name])):
            yield Change(name if len(new) > 1 else "", what)


def _data(text: str) -> Mapping[str, Any]:
    """A spec that was checked when it was recorded."""
    found = yaml.safe_load(text)
    return found if isinstance(found, dict) else {}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Statement, ...]:
    """What differs, as what was done."""
    quiet = (Statement(key) for key in _QUIET if old.get(key) != new.get(key))
    loud = ({k: v for k, v in side.items() if k not in _QUIET} for side in (old, new))
    return (*_below((), *loud), *quiet)


def _below(way: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Statement]:
    for key in dict.fromkeys((*old, *new)):
        here = (*way, str(key))
        if key not in new:
            yield Statement("remove", (_named(here),))
        elif key not in old:
            yield Statement("add", (_named(here), _spelled(new[key]) if _is_short(new[key]) else ""))
        elif old[key] != new[key]:
            yield from _changed(here, old[key], new[key])


def _changed(way: tuple[str, ...], old: object, new: object) -> Iterator[Statement]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _below(way, old, new)
    elif way[-1] in ("doc", "docs", "summary"):
        yield Statement("reword", (_named(way[:-1]),))
    elif isinstance(old, list) and isinstance(new, list) and _plain(old) and _plain(new):
        yield from (Statement("remove_item", (_named(way), str(item))) for item in old if item not in new)
        yield from (Statement("add_item", (_named(way), str(item))) for item in new if item not in old)
    elif _is_short(old) and _is_short(new):
        yield Statement("replace", (_named(way), _spelled(new), _spelled(old)))
    else:
        yield Statement("change", (_named(way),))


def _plain(items: Sequence[object]) -> bool:
    return all(_is_short(item) for item in items)


def _is_short(value: object) -> bool:
    return isinstance(value, bool | int) or (
        isinstance(value, str) and len(value) <= _SHORT and "\n" not in value
    )


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _named(way: Sequence[str]) -> str:
    """The way to a change in words: the argument start, its keep; a flag has a name of its own."""
    for key in ("values", "bits"):
        if key in way[:-1]:
            way = way[way.index(key) + 1 :]
    words = [_CALLED.get(step, step) if index < len(way) - 1 else step for index, step in enumerate(way)]
    return " ".join(word for word in words if word)
