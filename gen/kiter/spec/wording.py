# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a document, in words: one function per keyword of JSON Schema."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from kiter.codes import CODES
from kiter.errors import Diagnostic, Edit, Position
from kiter.names import only
from kiter.spec import rewrite
from kiter.spec.compose import MOST_ERRORS
from kiter.spec.document import Document, Trail
from kiter.spec.node import Node
from kiter.spec.unquoted import quoted
from kiter.spec.validator import Violation, lacking, unknown_keys

SAYS = "x-says"
"""A schema's own words for what it wants, such as "must be a C identifier"."""

_KINDS = {dict: "a mapping", list: "a list", str: "a string", bool: "true or false", int: "a number"}
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "empty",
}
_BOOLEANS = {
    **dict.fromkeys(("yes", "on", "y", "true"), "true"),
    **dict.fromkeys(("no", "off", "n", "false"), "false"),
}
_LONGEST_KEY = 64
_ALIKE = 0.65  # difflib's measure: 'sumary' is close to 'summary', 'index' is not to 'since'


class Wording:
    """Words what breaks the schema in one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.words: Mapping[str, Callable[[Violation], Iterable[Diagnostic]]] = {
            "additionalProperties": self._unknown_key,
            "required": self._missing_key,
            "anyOf": self._missing_choice,
            "dependentRequired": self._missing_other,
            "not": self._apart,
            "type": self._type,
            "enum": self._enum,
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
        }

    def word(self, broken: Violation) -> Iterable[Diagnostic]:
        """The diagnostics for one violation: mostly one."""
        return self.words[broken.keyword](broken)

    def _unknown_key(self, broken: Violation) -> Iterator[Diagnostic]:
        path = broken.trail
        allowed = list(broken.part.get("properties", {}))
        for key in unknown_keys(broken.value, broken.part)[: MOST_ERRORS + 1]:
            meant = _meant(key, [a for a in allowed if a not in broken.value] or allowed)
            hint = f"did you mean '{meant}'?" if meant else ""
            where = f" in {_name(path)}" if path else ""
            reason = f"The keys here are {_listed(allowed)}." if allowed else "No keys are possible here."
            at = self.document.key_at((*path, key))
            found = self._finding(at, "S20", f"unknown key '{_cut(key)}'{where}", reason, hint)
            free = [a for a in allowed if a not in broken.value]
            yield replace(found, edit=self._renamed((*path, key), free))

    def _missing_key(self, broken: Violation) -> Iterator[Diagnostic]:
        """A key that is only misspelt is told about as unknown, not as missing too."""
        path = broken.trail
        missing = [key for key in broken.wanted if key not in broken.value]
        known = broken.part.get("properties", {})
        closed = known and broken.part.get("additionalProperties") is False
        unknown = unknown_keys(broken.value, broken.part)[:MOST_ERRORS] if closed else []
        misspelt = {_meant(key, missing) for key in unknown}
        for key in missing:
            if key in misspelt:
                continue
            at, message = self.document.key_at(path), f"{_name(path)} needs the key '{key}'"
            yield self._finding(at, "S21", message, known.get(key, {}).get("description", ""))

    def _missing_choice(self, broken: Violation) -> Iterator[Diagnostic]:
        at, keys = (
            self.document.key_at(broken.trail),
            [key for one in broken.wanted for key in one["required"]],
        )
        yield self._finding(at, "S21", f"{_name(broken.trail)} needs {' or '.join(map(repr, keys))}")

    def _missing_other(self, broken: Violation) -> Iterator[Diagnostic]:
        known = broken.part.get("properties", {})
        for key, other in lacking(broken.value, broken.wanted):
            at, reason = self.document.key_at((*broken.trail, key)), known.get(key, {}).get("description", "")
            yield self._finding(at, "S31", f"'{key}' without '{other}'", reason, f"add '{other}'")

    def _apart(self, broken: Violation) -> Iterator[Diagnostic]:
        """Two keys that exclude each other, at the one that stands behind the other."""
        if isinstance(broken.value, dict):
            given = [key for key in broken.value if key in broken.wanted["required"]]
            at = self.document.key_at((*broken.trail, given[-1]))
            yield self._finding(at, "S32", f"'{given[-1]}' beside '{given[0]}'", broken.description)

    def _type(self, broken: Violation) -> Iterator[Diagnostic]:
        wanted = broken.wanted
        wanted = [wanted] if isinstance(wanted, str) else list(wanted)
        must = "must be " + " or ".join(_TYPES[w] for w in wanted)
        found = self._wrong(broken, "S22", must, _kind(broken.value), _type_hint(wanted, broken.value))
        yield replace(found, edit=None if broken.is_key else self._retyped(broken, wanted))

    def _enum(self, broken: Violation) -> Iterator[Diagnostic]:
        words = [_plain(w) for w in broken.wanted]
        must = f"must be '{words[0]}'" if len(words) == 1 else f"must be one of {_listed(words)}"
        value = broken.value
        meant = _meant(value, words) if isinstance(value, str) else None
        found = self._wrong(broken, "S23", must, _shown(value), f"did you mean '{meant}'?" if meant else "")
        right = only(value, words) if isinstance(value, str) else ""
        edit = rewrite.replaced(self._node(broken), right) if right and not broken.is_key else None
        yield replace(found, edit=edit)

    def _pattern(self, broken: Violation) -> Iterator[Diagnostic]:
        yield self._wrong(broken, "S24", f"must match {broken.wanted}", _shown(broken.value))

    def _count(self, broken: Violation) -> Iterator[Diagnostic]:
        keyword, limit, found = broken.keyword, int(broken.wanted), len(broken.value)
        what = {"Length": "character", "Items": "item"}.get(keyword[3:], "entry")
        bound = "at least" if keyword.startswith("min") else "at most"
        many = what if limit == 1 else {"entry": "entries"}.get(what, what + "s")
        must = "must not be empty" if limit == 1 and not found else f"must have {bound} {limit} {many}"
        yield self._wrong(broken, "S25", must, str(found) if found else "")

    def _repeated(self, broken: Violation) -> Iterator[Diagnostic]:
        path = broken.trail
        seen: dict[str, int] = {}
        for index, item in enumerate(broken.value):
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

    def _range(self, broken: Violation) -> Iterator[Diagnostic]:
        bound = {"minimum": "at least", "maximum": "at most"}[broken.keyword]
        must = f"must be {bound} {broken.wanted}"
        yield self._wrong(broken, "S26", must, str(broken.value))

    def _wrong(self, broken: Violation, code: str, must: str, instead: str, hint: str = "") -> Diagnostic:
        """`must` gives way to the schema's own words; `instead` is what the spec has."""
        path = broken.trail
        name, at = _name(path), self.document.at(path)
        if broken.is_key:
            name, at = f"the key '{_cut(broken.value)}'", self.document.key_at((*path, broken.value))
            instead = ""
        message = f"{name} {broken.part.get(SAYS) or must}" + (f", not {instead}" if instead else "")
        return self._finding(at, code, message, broken.description, hint)

    def _node(self, broken: Violation) -> Node:
        return Node(self.document, broken.trail, broken.value)

    def _renamed(self, path: Trail, free: list[str]) -> Edit | None:
        """The key as the only free one that it can have been meant for."""
        right = only(str(path[-1]), free)
        return rewrite.renamed(self.document, path, right) if right else None

    def _retyped(self, broken: Violation, wanted: list[str]) -> Edit | None:
        """The value in quotes, or without them, or in brackets, or as YAML 1.2 spells it."""
        node = self._node(broken)
        text, value = rewrite.source(node), broken.value
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


def _name(path: Trail) -> str:
    if not path:
        return "the spec"
    last = path[-1]
    if isinstance(last, str):
        return f"'{_cut(last)}'"
    return f"item {last + 1} of {_name(path[:-1])}"


def _meant(word: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(word[:_LONGEST_KEY].lower(), list(known), n=1, cutoff=_ALIKE)
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
