# SPDX-License-Identifier: GPL-2.0-only
"""What in a document breaks a schema, for the keywords of JSON Schema that the schema of specs uses.

A library that knows all keywords takes as long to load as all of our specs take to be linted; the tests
compare with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from kiter.spec.document import Trail
from kiter.value_class import value_class

Schema = Mapping[str, Any]
# A value of a document, or of a keyword: whatever JSON can hold.
Value = Any


@value_class
class Violation:
    """One keyword that a value does not keep."""

    # Its name.
    keyword: str
    # What the keyword asks for.
    wanted: Value
    # What does not keep it.
    value: Value
    # The part of the schema that has the keyword.
    part: Schema
    # The place of the value in the document; that of the mapping where the value is one of its keys.
    trail: Trail
    # Whether the value is such a key.
    is_key: bool
    # What the schema says about the value, "" for nothing.
    description: str


def violations(document: Value, schema: Schema) -> Iterator[Violation]:
    """Everything in the document that breaks the schema, nothing when it is valid."""
    return _Walk(schema).broken(document, schema, ())


class _Walk:
    """One walk over a document; `root` is the whole schema, to which references lead."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    def broken(
        self, value: Value, part: Schema, trail: Trail, said: str = "", is_key: bool = False
    ) -> Iterator[Violation]:
        """What is wrong with one value; `said` is what was said about it where a reference led here."""
        said = said or part.get("description", "")
        for keyword, wanted in part.items():
            kind, keeps = _RULES.get(keyword, _ALL_KEEP)
            if (kind is None or type(value) is kind) and not keeps(value, wanted, part):
                yield Violation(keyword, wanted, value, part, trail, is_key, said)
        if "$ref" in part:
            there = self.root["$defs"][part["$ref"].removeprefix("#/$defs/")]
            yield from self.broken(value, there, trail, said, is_key)
        for inner in part.get("allOf", ()):
            yield from self.broken(value, inner, trail)
        if type(value) is dict:
            yield from self._in_mapping(value, part, trail)
        elif type(value) is list and "items" in part:
            for index, item in enumerate(value):
                yield from self.broken(item, part["items"], (*trail, index))

    def _in_mapping(self, value: Mapping[str, Value], part: Schema, trail: Trail) -> Iterator[Violation]:
        properties, others = part.get("properties", {}), part.get("additionalProperties", {})
        for key, inner in value.items():
            if "propertyNames" in part:
                yield from self.broken(key, part["propertyNames"], trail, is_key=True)
            its_part = properties.get(key, others)
            if isinstance(its_part, Mapping):
                yield from self.broken(inner, its_part, (*trail, key))


def unknown_keys(value: Mapping[str, Value], part: Schema) -> list[str]:
    """The keys of a mapping that a part of a schema has no property for."""
    known = part.get("properties", {})
    return [key for key in value if key not in known]


def _typed(value: Value, wanted: Value, _: Schema) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(type(value) is TYPES[name] for name in names)


def _has(value: Mapping[str, Value], wanted: Schema) -> bool:
    """Whether a mapping has all keys of `required`, the one keyword that stands in `anyOf` and `not`."""
    return all(key in value for key in wanted["required"])


def lacking(value: Mapping[str, Value], wanted: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """The keys that a mapping has without others that they need, each with one of these."""
    return [(key, other) for key in wanted if key in value for other in wanted[key] if other not in value]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    r"""In JSON Schema `$` is the very end; Python's also matches before a last newline."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", text))


def _differ(items: list[Value]) -> bool:
    """Whether all items of a list differ, found in the time of a long list and not of its square."""
    return len(set(map(repr, items))) == len(items)


Keeps = Callable[[Value, Value, Schema], bool]
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
_ALL_KEEP: tuple[None, Keeps] = (None, lambda *_: True)
_RULES: Mapping[str, tuple[type | None, Keeps]] = {
    "type": (None, _typed),
    "enum": (None, lambda value, wanted, _: any(type(w) is type(value) and w == value for w in wanted)),
    "required": (dict, lambda value, wanted, _: all(key in value for key in wanted)),
    "additionalProperties": (
        dict,
        lambda value, wanted, part: wanted is not False or not unknown_keys(value, part),
    ),
    "dependentRequired": (dict, lambda value, wanted, _: not lacking(value, wanted)),
    "anyOf": (dict, lambda value, wanted, _: any(_has(value, one) for one in wanted)),
    "not": (None, lambda value, wanted, _: type(value) is dict and not _has(value, wanted)),
    "minProperties": (dict, lambda value, wanted, _: len(value) >= wanted),
    "maxProperties": (dict, lambda value, wanted, _: len(value) <= wanted),
    "minItems": (list, lambda value, wanted, _: len(value) >= wanted),
    "maxItems": (list, lambda value, wanted, _: len(value) <= wanted),
    "uniqueItems": (list, lambda value, wanted, _: not wanted or _differ(value)),
    "minLength": (str, lambda value, wanted, _: len(value) >= wanted),
    "maxLength": (str, lambda value, wanted, _: len(value) <= wanted),
    "pattern": (str, lambda value, wanted, _: bool(_pattern(wanted).search(value))),
    "minimum": (int, lambda value, wanted, _: value >= wanted),
    "maximum": (int, lambda value, wanted, _: value <= wanted),
}
# What a schema may hold: the rules, where parts of a value are described, and what says nothing about it.
KEYWORDS = frozenset({*_RULES, "$ref", "allOf", "properties", "propertyNames", "items"}) | {
    *("$schema", "$comment", "$defs", "title", "description", "x-says")
}
