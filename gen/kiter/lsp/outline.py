# SPDX-License-Identifier: GPL-2.0-only
"""The outline of a spec: its keys, with what stands below each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kiter.spec.document import Document, Span, Trail
from kiter.value_class import value_class

_DEEPEST = 3
_SHOWN = 60  # characters of a value


@value_class
class Entry:
    """A key or an item of a list.

    name: the key, or of an item its first value
    detail: the value, where it is a word or a line
    key: where the name stands
    end: the line and column behind the value, counted from 0
    below: what stands below it
    """

    name: str
    detail: str
    key: Span
    end: tuple[int, int]
    below: tuple[Entry, ...]


def outline(document: Document) -> tuple[Entry, ...]:
    """The keys of a spec, three deep."""
    return _below(document, document.data, ())


def _below(document: Document, value: Any, trail: Trail) -> tuple[Entry, ...]:  # noqa: ANN401 - what YAML holds
    if len(trail) == _DEEPEST:
        return ()
    if isinstance(value, Mapping):
        steps: Sequence[str | int] = list(value)
    else:
        steps = range(len(value)) if isinstance(value, list) else ()
    made = (_entry(document, value[step], (*trail, step)) for step in steps)
    return tuple(entry for entry in made if entry)


def _entry(document: Document, value: Any, trail: Trail) -> Entry | None:  # noqa: ANN401 - what YAML holds
    span = document.values.get(trail)
    if span is None:
        return None
    key = document.keys.get(trail, span)
    plain = not isinstance(value, (Mapping, list))
    detail = str(value).split("\n", 1)[0][:_SHOWN] if plain else ""
    return Entry(
        _name(value, trail), detail, key, (span.end_line, span.end_column), _below(document, value, trail)
    )


def _name(value: Any, trail: Trail) -> str:  # noqa: ANN401 - what YAML holds
    """The key; an item of a list is called by its first word."""
    if isinstance(trail[-1], str):
        return trail[-1]
    first = next(iter(value.values()), "") if isinstance(value, Mapping) else value
    return str(first).split("\n", 1)[0][:_SHOWN] or str(trail[-1])
