# SPDX-License-Identifier: GPL-2.0-only
"""Whether a document keeps a schema: yes, or not known.

Only for the answer that nearly every document gets, for loading jsonschema takes as long as linting
ten specs. What is wrong with a document is for jsonschema to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

Schema = Mapping[str, Any]
# A value of a document, or of a keyword: whatever JSON can hold.
Value = Any
Pairs = Iterator[tuple[Value, Schema]]

_TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
_SILENT = frozenset({"$schema", "$comment", "$defs", "title", "description", "x-says"})
_NOTHING: Schema = {"enum": []}


@cache
def pattern(text: str) -> re.Pattern[str]:
    r"""In JSON Schema `$` is the very end; Python's also matches before a last newline."""
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", text))


def unique(items: list[Value]) -> bool:
    """Whether all items of a list differ, told in the time of a long list and not of its square."""
    return len(set(map(repr, items))) == len(items)


def keeps(document: Value, schema: Schema) -> bool:
    """Whether it certainly keeps the schema; false when it does not, and for a keyword not known here."""
    return _valid(document, schema, schema)


def _valid(value: Value, part: Schema, root: Schema) -> bool:
    return all(_kept(value, keyword, part, root) for keyword in part if keyword not in _SILENT)


def _kept(value: Value, keyword: str, part: Schema, root: Schema) -> bool:
    """One keyword of a part of the schema."""
    wanted = part[keyword]
    if keyword == "$ref":
        return _valid(value, root["$defs"][wanted.removeprefix("#/$defs/")], root)
    if keyword in _RULES:
        kind, rule = _RULES[keyword]
        return (kind is not None and type(value) is not kind) or rule(value, wanted)
    if keyword in _PARTS:
        kind, parts = _PARTS[keyword]
        return type(value) is not kind or all(_valid(*pair, root) for pair in parts(value, wanted, part))
    return False


def _typed(value: Value, wanted: Value) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(type(value) is _TYPES.get(name) for name in names)


_RULES: dict[str, tuple[type | None, Callable[[Value, Value], bool]]] = {
    "type": (None, _typed),
    "enum": (None, lambda value, wanted: any(type(w) is type(value) and w == value for w in wanted)),
    "required": (dict, lambda value, wanted: all(key in value for key in wanted)),
    "minProperties": (dict, lambda value, wanted: len(value) >= wanted),
    "maxProperties": (dict, lambda value, wanted: len(value) <= wanted),
    "minItems": (list, lambda value, wanted: len(value) >= wanted),
    "maxItems": (list, lambda value, wanted: len(value) <= wanted),
    "uniqueItems": (list, lambda value, wanted: not wanted or unique(value)),
    "minLength": (str, lambda value, wanted: len(value) >= wanted),
    "maxLength": (str, lambda value, wanted: len(value) <= wanted),
    "pattern": (str, lambda value, wanted: bool(pattern(wanted).search(value))),
    "minimum": (int, lambda value, wanted: value >= wanted),
    "maximum": (int, lambda value, wanted: value <= wanted),
}


def _others(value: Value, wanted: Value, part: Schema) -> Pairs:
    """`additionalProperties`, which may be true or false."""
    other = {True: {}, False: _NOTHING}[wanted] if isinstance(wanted, bool) else wanted
    return ((value[key], other) for key in value if key not in part.get("properties", {}))


_PARTS: dict[str, tuple[type, Callable[[Value, Value, Schema], Pairs]]] = {
    "properties": (
        dict,
        lambda value, wanted, _: ((value[key], wanted[key]) for key in value if key in wanted),
    ),
    "additionalProperties": (dict, _others),
    "propertyNames": (dict, lambda value, wanted, _: ((key, wanted) for key in value)),
    "items": (list, lambda value, wanted, _: ((item, wanted) for item in value)),
}
