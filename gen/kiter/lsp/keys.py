# SPDX-License-Identifier: GPL-2.0-only
"""What the schema of specs says at a place: the keys there, their values, and what they are for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kiter.spec.check import spec_schema
from kiter.spec.document import Trail
from kiter.value_class import value_class

Part = Mapping[str, Any]


@value_class
class Key:
    """A key of the spec language: what it is for, and what its value looks like."""

    name: str
    about: str
    kind: str


def keys(trail: Trail) -> Iterator[Key]:
    """The keys that a mapping at that place may have."""
    for part in _parts(trail):
        for name, inner in part.get("properties", {}).items():
            yield _key(name, inner)


def key(trail: Trail) -> Key | None:
    """What is known of one key; of a name that the author gives, what its value is for."""
    for part in _parts(trail[:-1]):
        name = str(trail[-1])
        inner = part.get("properties", {}).get(name, part.get("additionalProperties"))
        if isinstance(inner, Mapping):
            return _key(name, inner)
    return None


def values(trail: Trail) -> tuple[str, ...]:
    """The words that may stand at a place, where the schema lists them."""
    words: list[str] = []
    for part in _parts(trail):
        words += [str(one) for one in part.get("enum", ())]
        words += ["true", "false"] if _kind(part) == "boolean" else []
    return tuple(words)


def holds_c(trail: Trail) -> bool:
    """Whether the value at a place is C, a type of it, or the name of something in C."""
    return any(one.get("$ref") in _OF_C for one in _raw(trail))


_OF_C = {"#/$defs/snippet", "#/$defs/ctype"}


def _key(name: str, part: Part) -> Key:
    there = list(_resolved(part))
    about = next((str(one["description"]) for one in there if "description" in one), "")
    return Key(name, about, " or ".join(dict.fromkeys(kind for one in there if (kind := _kind(one)))))


def _kind(part: Part) -> str:
    kind = part.get("type", "")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _parts(trail: Trail) -> list[Part]:
    """The parts of the schema for the value at a place, references followed."""
    return [there for part in _raw(trail) for there in _resolved(part)]


def _raw(trail: Trail) -> list[Part]:
    """The same, references left as they are."""
    found: list[Part] = [spec_schema()]
    for step in trail:
        below = (_below(there, step) for part in found for there in _resolved(part))
        found = [part for part in below if part is not None]
    return found


def _below(part: Part, step: str | int) -> Part | None:
    if isinstance(step, int):
        inner = part.get("items")
    else:
        inner = part.get("properties", {}).get(step, part.get("additionalProperties"))
    return inner if isinstance(inner, Mapping) else None


def _resolved(part: Part) -> Iterator[Part]:
    """A part with all that it refers to."""
    yield part
    if "$ref" in part:
        yield from _resolved(spec_schema()["$defs"][part["$ref"].removeprefix("#/$defs/")])
