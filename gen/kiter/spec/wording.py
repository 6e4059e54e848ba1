# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a document, in words: one function per keyword of JSON Schema."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kiter.codes import CODES
from kiter.errors import Diagnostic, Edit, Position
from kiter.names import only
from kiter.spec import rewrite
from kiter.spec.compose import MOST_ERRORS
from kiter.spec.document import Document, Trail
from kiter.spec.node import Node
from kiter.spec.unquoted import quoted

# jsonschema's ValidationError: every attribute of it may be "Unset" to a type checker.
Error = Any

SAYS = "x-says"
"""A schema's own words for what it wants, such as "must be a C identifier"."""

_KINDS = {dict: "a mapping", list: "a list", str: "a string", bool: "true or false", int: "a number"}
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "empty",
}
_INTO = frozenset({"properties", "patternProperties", "additionalProperties", "items", "propertyNames"})
_BOOLEANS = {
    **dict.fromkeys(("yes", "on", "y", "true"), "true"),
    **dict.fromkeys(("no", "off", "n", "false"), "false"),
}
_LONGEST_KEY = 64


class Wording:
    """Turns the errors of one document into diagnostics."""

    def __init__(self, document: Document, schema: Mapping[str, Any]) -> None:
        self.document = document
        self.schema = schema
        self.words: dict[str, Callable[[Error], Iterable[Diagnostic]]] = {
            "additionalProperties": self._unknown_key,
            "unevaluatedProperties": self._unknown_key,
            "required": self._missing_key,
            "dependentRequired": self._missing_partner,
            "type": self._type,
            "enum": self._enum,
            "const": self._enum,
            "pattern": self._pattern,
            "minProperties": self._count,
            "maxProperties": self._count,
            "minItems": self._count,
            "maxItems": self._count,
            "minLength": self._count,
            "maxLength": self._count,
            "uniqueItems": self._repeated,
            "minimum": self._range,
            "maximum": self._range,
            "exclusiveMinimum": self._range,
            "exclusiveMaximum": self._range,
            "anyOf": self._alternatives,
            "oneOf": self._alternatives,
        }

    def word(self, error: Error) -> Iterable[Diagnostic]:
        """The diagnostics for one error of the validator: mostly one."""
        return self.words.get(str(error.validator), self._other)(error)

    def _unknown_key(self, error: Error) -> Iterator[Diagnostic]:
        path = _path(error)
        allowed = list(_properties(error))
        for key in _unknown_keys(error)[: MOST_ERRORS + 1]:
            meant = _meant(key, [a for a in allowed if a not in error.instance] or allowed)
            hint = f"did you mean '{meant}'?" if meant else ""
            where = f" in {_name(path)}" if path else ""
            reason = f"The keys here are {_listed(allowed)}." if allowed else "No keys are possible here."
            at = self.document.key_at((*path, key))
            found = self._finding(at, "S20", f"unknown key '{_cut(key)}'{where}", reason, hint)
            free = [a for a in allowed if a not in error.instance]
            yield replace(found, edit=self._renamed((*path, key), free))

    def _missing_key(self, error: Error) -> Iterator[Diagnostic]:
        """A key that is only misspelt is told about as unknown, not as missing too."""
        path = _path(error)
        missing = [key for key in error.validator_value if key not in error.instance]
        closed = error.schema.get("additionalProperties") is False
        known = list(_properties(error))
        misspelt = {_meant(key, missing) for key in _unknown_keys(error)[:MOST_ERRORS] if closed and known}
        for key in missing:
            if key in misspelt:
                continue
            reason = _description(self.schema, (*error.absolute_schema_path, key), required=True)
            yield self._finding(
                self.document.key_at(path), "S21", f"{_name(path)} needs the key '{key}'", reason
            )

    def _missing_partner(self, error: Error) -> Iterator[Diagnostic]:
        path = _path(error)
        for key, partners in error.validator_value.items():
            for partner in partners:
                if key in error.instance and partner not in error.instance:
                    message = error.schema.get(SAYS) or f"'{key}' needs '{partner}' beside it"
                    at = self.document.key_at((*path, key))
                    yield self._finding(at, "S28", message, hint=f"add '{partner}:', or remove '{key}:'")

    def _type(self, error: Error) -> Iterator[Diagnostic]:
        wanted = error.validator_value
        wanted = [wanted] if isinstance(wanted, str) else list(wanted)
        must = "must be " + " or ".join(_TYPES[w] for w in wanted)
        found = self._wrong(error, "S22", must, _kind(error.instance), _type_hint(wanted, error.instance))
        yield replace(found, edit=None if _as_key(error) else self._retyped(error, wanted))

    def _enum(self, error: Error) -> Iterator[Diagnostic]:
        wanted = error.validator_value if error.validator == "enum" else [error.validator_value]
        words = [_plain(w) for w in wanted]
        must = f"must be '{words[0]}'" if len(words) == 1 else f"must be one of {_listed(words)}"
        value = error.instance
        meant = _meant(value, words) if isinstance(value, str) else None
        found = self._wrong(error, "S23", must, _shown(value), f"did you mean '{meant}'?" if meant else "")
        right = only(value, words) if isinstance(value, str) else ""
        edit = rewrite.replaced(self._node(error), right) if right and _as_key(error) is None else None
        yield replace(found, edit=edit)

    def _pattern(self, error: Error) -> Iterator[Diagnostic]:
        yield self._wrong(error, "S24", f"must match {error.validator_value}", _shown(error.instance))

    def _count(self, error: Error) -> Iterator[Diagnostic]:
        keyword, limit, found = str(error.validator), int(error.validator_value), len(error.instance)
        what = {"Length": "character", "Items": "item"}.get(keyword[3:], "entry")
        bound = "at least" if keyword.startswith("min") else "at most"
        many = what if limit == 1 else {"entry": "entries"}.get(what, what + "s")
        must = "must not be empty" if limit == 1 and not found else f"must have {bound} {limit} {many}"
        yield self._wrong(error, "S25", must, str(found) if found else "")

    def _repeated(self, error: Error) -> Iterator[Diagnostic]:
        path = _path(error)
        seen: dict[str, int] = {}
        for index, item in enumerate(error.instance):
            first = seen.setdefault(repr(item), index)
            if first == index:
                continue
            line = self.document.at((*path, first)).line
            message = f"{_shown(item)} is already in {_name(path)}"
            at = self.document.at((*path, index))
            found = self._finding(at, "S25", message, f"The first is in line {line}.", "remove one of them")
            yield replace(found, edit=rewrite.without(Node(self.document, (*path, index), item)))
            if index - len(seen) > MOST_ERRORS:
                return

    def _range(self, error: Error) -> Iterator[Diagnostic]:
        bounds = {
            "minimum": "at least",
            "maximum": "at most",
            "exclusiveMinimum": "more than",
            "exclusiveMaximum": "less than",
        }
        must = f"must be {bounds[str(error.validator)]} {error.validator_value}"
        yield self._wrong(error, "S26", must, str(error.instance))

    def _alternatives(self, error: Error) -> Iterator[Diagnostic]:
        """The errors of the form that was most likely meant, or all forms when none stands out."""
        if SAYS in error.schema:
            yield self._wrong(error, "S27", "", _shown(error.instance))
            return
        branches: dict[Any, list[Error]] = {}
        for inner in error.context or ():
            branches.setdefault(inner.relative_schema_path[0], []).append(inner)
        near = [b for b in branches.values() if not any(_top_type(inner) for inner in b)]
        if near:
            for inner in min(near, key=len):
                yield from self.word(inner)
            return
        if not branches:
            yield self._wrong(error, "S27", "must have one of its forms, not several", "")
            return
        types = [_TYPES.get(str(i.validator_value), "") for b in branches.values() for i in b if _top_type(i)]
        must = "must be " + " or ".join(dict.fromkeys(t for t in types if t))
        yield self._wrong(error, "S27", must, _kind(error.instance))

    def _other(self, error: Error) -> Iterator[Diagnostic]:
        yield self._wrong(error, "S28", f"breaks the rule '{error.validator}'", "")

    def _wrong(self, error: Error, code: str, must: str, instead: str, hint: str = "") -> Diagnostic:
        """`must` gives way to the schema's own words; `instead` is what the spec has."""
        path = _path(error)
        name, at = _name(path), self.document.at(path)
        key = _as_key(error)
        if key is not None:
            name, at = f"the key '{_cut(key)}'", self.document.key_at((*path, key))
            instead = ""
        own = error.schema.get(SAYS) if isinstance(error.schema, Mapping) else None
        message = f"{name} {own or must}" + (f", not {instead}" if instead else "")
        reason = _description(self.schema, tuple(error.absolute_schema_path))
        return self._finding(at, code, message, reason, hint)

    def _node(self, error: Error) -> Node:
        return Node(self.document, _path(error), error.instance)

    def _renamed(self, path: Trail, free: list[str]) -> Edit | None:
        """The key as the only free one that it can have been meant for."""
        right = only(str(path[-1]), free)
        return rewrite.renamed(self.document, path, right) if right else None

    def _retyped(self, error: Error, wanted: list[str]) -> Edit | None:
        """The value in quotes, or without them, or in brackets, or as YAML 1.2 spells it."""
        node = self._node(error)
        text, value = rewrite.source(node), error.instance
        if isinstance(value, int) and "string" in wanted:
            return rewrite.spelled(node, quoted(text))
        if not isinstance(value, str):
            return None
        if "boolean" in wanted and value.lower() in _BOOLEANS:
            return rewrite.spelled(node, _BOOLEANS[value.lower()])
        if "integer" in wanted and re.fullmatch(r"0|[1-9]\d*", value):
            return rewrite.spelled(node, value)
        single = "array" in wanted and re.fullmatch(r"[\w./-]+", text)
        return rewrite.spelled(node, f"[{text}]") if single else None

    def _finding(self, at: Position, code: str, message: str, reason: str = "", hint: str = "") -> Diagnostic:
        known = CODES[code]
        return self.document.finding(at, code, message, reason or known.reason, hint or known.hint)


def _path(error: Error) -> Trail:
    return tuple(error.absolute_path)


def _name(path: Trail) -> str:
    if not path:
        return "the spec"
    last = path[-1]
    if isinstance(last, str):
        return f"'{_cut(last)}'"
    return f"item {last + 1} of {_name(path[:-1])}"


def _as_key(error: Error) -> str | None:
    """The key itself, when the error is about a key's name and not about its value."""
    return error.instance if "propertyNames" in error.absolute_schema_path else None


def _properties(error: Error) -> Mapping[str, Any]:
    known: Mapping[str, Any] = error.schema.get("properties", {})
    return known


def _unknown_keys(error: Error) -> list[str]:
    known = _properties(error)
    patterns = list(error.schema.get("patternProperties", ()))
    return [k for k in error.instance if k not in known and not any(re.search(p, k) for p in patterns)]


def _top_type(error: Error) -> bool:
    """The value as a whole is of another type than this form has."""
    return error.validator == "type" and not error.relative_path


def _meant(word: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(word[:_LONGEST_KEY].lower(), list(known), n=1)
    return near[0] if near else None


def _type_hint(wanted: list[str], value: object) -> str:
    if value is None:
        return "write a value after the ':'"
    if isinstance(value, str):
        return _text_hint(wanted, value)
    if "string" in wanted and isinstance(value, int):
        return f'quote it: "{_plain(value)}"'
    return ""


def _text_hint(wanted: list[str], text: str) -> str:
    """What the author of a string probably meant, where it is none."""
    if "boolean" in wanted and text.lower() in _BOOLEANS:
        return "write true or false"
    if "integer" in wanted and re.fullmatch(r"[-+]?0[0-9]+", text):
        return "write it without leading zeros, or in hexadecimal as 0x..."
    if "integer" in wanted and text.isdecimal():
        return "remove the quotes"
    return f"write it in brackets: [{_cut(text)}]" if "array" in wanted else ""


def _kind(value: object) -> str:
    return "empty" if value is None else _KINDS[type(value)]


def _plain(value: object) -> str:
    """A value as YAML writes it."""
    if isinstance(value, str):
        return value
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _shown(value: object) -> str:
    """A value for a message: short, or only its kind."""
    if isinstance(value, str):
        return f"'{_cut(value)}'" if value else "an empty text"
    return _kind(value) if value is None or isinstance(value, dict | list) else _plain(value)


def _cut(text: str) -> str:
    """A text in one line of a bearable length."""
    line = text.replace("\n", "\\n")
    return line if len(line) <= 60 else line[:57] + "..."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _description(root: Mapping[str, Any], path: tuple[Any, ...], required: bool = False) -> str:
    """What the schema says about the value whose keyword is at `path` in it.

    For a required key `path` ends in ("required", key), and the key's own description is meant.
    """
    if required:
        path = (*path[:-2], "properties", path[-1], "required")
    node: Any = root
    said = ""
    for step in path:
        if isinstance(node, Mapping):
            own = node.get("description")
            said = own if isinstance(own, str) else said
            if step in _INTO:
                said = ""
        node = _step(root, node, step)
        if node is None:
            break
    return str(said)


def _step(root: Mapping[str, Any], node: Any, step: Any) -> Any:  # noqa: ANN401 - a schema's parts
    """One step down in the schema; the library leaves "$ref" out of its paths."""
    while isinstance(node, Mapping) and step not in node and "$ref" in node:
        node = root.get("$defs", {}).get(str(node["$ref"]).rpartition("/")[2])
    try:
        return node[step]
    except (KeyError, IndexError, TypeError):
        return None
