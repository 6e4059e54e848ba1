# SPDX-License-Identifier: GPL-2.0-only
"""A changelog drafted from the difference of two versions of the specs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from kiter.series.versions import Version

_COLUMNS = 72
_SHORT = 40
# What a step of the way to a change is called; a name below it is said as it is.
_CALLED = {
    "arguments": "argument",
    "resources": "resource",
    "helpers": "helper",
    "companions": "companion",
    "cases": "",
    "state": "field",
    "walk": "",
}
_QUIET = {"tests", "series"}  # told as a whole: what they hold is for machines, or in the letter itself


def changelog(version: int, before: Version, specs: Mapping[str, str], rebased: bool) -> tuple[str, ...]:
    """The lines for this version, then those of the versions before it.

    `specs` are the texts as they are now, by their names; `rebased` says that the base is another.
    """
    old = before.specs
    points = ["Rebase"] if rebased else []
    points += [f"Drop the {name} iterator" for name in old if name not in specs]
    points += [f"Add the {name} iterator" for name in specs if name not in old]
    for name in (name for name in specs if name in old):
        said = differences(_data(old[name]), _data(specs[name]))
        points += [f"{name}: {point}" if len(specs) > 1 else _capital(point) for point in said]
    lines = [f"Changes in v{version}:", *(line for point in points or ["No change"] for line in _item(point))]
    return (*lines, "", *before.changelog.splitlines()) if before.changelog else tuple(lines)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _item(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _COLUMNS,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _data(text: str) -> Mapping[str, Any]:
    """A spec that was checked when it was recorded."""
    found = yaml.safe_load(text)
    return found if isinstance(found, dict) else {}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What differs, as a list of what was done: each a phrase without a full stop."""
    quiet = (_quiet(key) for key in sorted(_QUIET) if old.get(key) != new.get(key))
    loud = ({k: v for k, v in side.items() if k not in _QUIET} for side in (old, new))
    return (*_below((), *loud), *quiet)


def _quiet(key: str) -> str:
    return "change what the tests know" if key == "tests" else "reword the motivation"


def _below(way: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        here = (*way, str(key))
        if key not in new:
            yield f"remove {_named(here)}"
        elif key not in old:
            yield f"add {_named(here)}{_value(new[key])}"
        elif old[key] != new[key]:
            yield from _changed(here, old[key], new[key])


def _changed(way: tuple[str, ...], old: object, new: object) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _below(way, old, new)
    elif way[-1] in ("doc", "docs", "summary"):
        yield f"reword what is said of {_named(way[:-1])}" if way[:-1] else "reword what it says of itself"
    elif isinstance(old, list) and isinstance(new, list) and _plain(old) and _plain(new):
        yield from (f"{_named(way)}: remove {item}" for item in old if item not in new)
        yield from (f"{_named(way)}: add {item}" for item in new if item not in old)
    elif _is_short(old) and _is_short(new):
        yield f"{_named(way)}: {_spelled(new)} instead of {_spelled(old)}"
    else:
        yield f"change {_named(way)}"


def _plain(items: Sequence[object]) -> bool:
    return all(_is_short(item) for item in items)


def _is_short(value: object) -> bool:
    return isinstance(value, bool | int) or (
        isinstance(value, str) and len(value) <= _SHORT and "\n" not in value
    )


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(value: object) -> str:
    return f": {_spelled(value)}" if _is_short(value) else ""


def _named(way: Sequence[str]) -> str:
    """The way to a change in words: the argument start, its keep."""
    words = [_CALLED.get(step, step) if index < len(way) - 1 else step for index, step in enumerate(way)]
    return " ".join(word for word in words if word)
