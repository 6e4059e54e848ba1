# SPDX-License-Identifier: GPL-2.0-only
"""YAML text -> plain data with positions, from the parser's events.

Events rather than yaml.safe_load(), because the latter keeps the last of two equal keys, reads
`on` as true, `010` as 8 and `12:30:45` as 45045, expands aliases without bound, and recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from kiter.codes import CODES
from kiter.errors import Diagnostic, Edit, Position
from kiter.regex import regex
from kiter.spec import unquoted
from kiter.spec.document import Span, Trail, inside
from kiter.spec.syntax import explain

DEEPEST = 64
MOST_ERRORS = 50

# PyYAML's C loader and its events have no types of their own.
Loader = Any
Event = Any
Value = Any
_LOADER: Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# At most 38 digits: beyond that no C integer type can hold it, and int() would refuse 4,300.
_INTEGER = regex(r"-?(?:0|[1-9][0-9]{0,37})|0x[0-9a-fA-F]{1,32}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
# What YAML forbids, what it takes for a line's end where no editor does (so that line numbers
# would be wrong), and what reorders text on the screen: all of it would end up in kernel C.
_FORBIDDEN = regex(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

_FORBIDDEN_IN_ASCII = regex(r"[^\t\n\x20-\x7e]")  # the same of ASCII: all of Unicode takes long to compile


@dataclass(slots=True, eq=False, repr=False)
class Composed:
    """What the events came to: data, positions, and every error met on the way."""

    data: Any = None
    values: dict[Trail, Span] = field(default_factory=dict)
    keys: dict[Trail, Span] = field(default_factory=dict)
    errors: list[Diagnostic] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class _Frame:
    """A list or mapping that is still open; `key` is the one whose value comes next.

    `is_key`: the list or mapping is itself a key, which is an error already told.
    """

    trail: Trail
    into: dict[str, Any] | list[Any]
    flow: bool
    is_key: bool = False
    key: str | None = None


class _TooMuchError(Exception):
    """Reading on would only cost time: nested too deeply, or too many errors."""


def forbidden(text: str) -> re.Match[str] | None:
    """The first character that no spec may have."""
    return (_FORBIDDEN_IN_ASCII if text.isascii() else _FORBIDDEN).search(text)


def compose(text: str, name: str, lines: list[str]) -> Composed:
    """Read `text` into plain data; raises nothing, errors are in the result."""
    builder = _Builder(name, lines)
    try:
        loader = _LOADER(text)
        try:
            builder.run(loader)
        finally:
            loader.dispose()
    except _TooMuchError:
        pass
    except yaml.YAMLError as error:
        builder.out.errors.append(_too_deep(error, name, lines) or explain(error, name, lines))
    return builder.out


def _too_deep(error: yaml.YAMLError, name: str, lines: list[str]) -> Diagnostic | None:
    """The scanner of newer libraries has a limit of its own, far above ours (PyYAML 6.0.4)."""
    mark = getattr(error, "problem_mark", None)
    if mark is None or "nesting depth" not in str(getattr(error, "problem", "")):
        return None
    at = inside(name, lines, mark.line, mark.column)
    return Diagnostic(at, "S11", f"nested more than {DEEPEST} levels deep", source=lines[at.line - 1])


def resolve(text: str) -> str | int | bool | None:
    """A plain scalar's value by the rules of YAML 1.2, without floats: 6.10 is not 6.1."""
    if text in _WORDS:
        return _WORDS[text]
    return int(text, 0) if _INTEGER.fullmatch(text) else text


def limited(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The first errors by place, without repetitions; the last one says when there are more."""
    first = sorted(set(found))
    if len(first) <= MOST_ERRORS:
        return first
    last = first[MOST_ERRORS - 1]
    code = CODES["S29"]
    more = Diagnostic(last.at, "S29", "there are more errors", code.reason, code.hint, last.source)
    return [*first[:MOST_ERRORS], more]


class _Builder:
    """Turns events into data, one at a time and without recursion."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name = name
        self.lines = lines
        self.out = Composed()
        self.open: list[_Frame] = []
        self.documents = 0
        self.anchors: set[str] = set()

    def run(self, loader: Loader) -> None:
        """Take all events of the loader."""
        takers = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        while (event := loader.get_event()) is not None:
            kind = type(event)
            if kind in takers:
                takers[kind](event)
            elif kind is yaml.StreamEndEvent:
                return

    def _scalar(self, event: Event) -> None:
        style = event.style or ""
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        value = event.value if style else resolve(event.value)
        if isinstance(value, str) and (bad := forbidden(value)):
            self._error(event, "S14", f"the text contains the character {_named(bad[0])}")
        frame = self.open[-1] if self.open else None
        if frame and frame.key is None and isinstance(frame.into, dict):
            self._key(frame, value, event)
            return
        if frame and frame.flow and not style:
            self._check_comma(event)
        self._put(value, event)

    def _key(self, frame: _Frame, value: Value, event: Event) -> None:
        if not isinstance(value, str):
            shown = event.value or "an empty key"
            hint = f'quote it: "{shown}"' if event.value else "write the key before the ':'"
            edit = self._quotes(event) if event.value else None
            self._error(event, "S13", f"a key must be a string, not {_kind(value)}", hint=hint, edit=edit)
            value = event.value
        elif value == "<<" and not event.style:
            self._error(event, "S08", "merge keys (<<) are not supported")
        trail = (*frame.trail, value)
        if first := self.out.keys.get(trail):
            self._duplicate(value, first, event)
        else:
            self.out.keys[trail] = _span(event)
        frame.key = value

    def _duplicate(self, key: str, first: Span, event: Event) -> None:
        where = f"{first.line + 1}:{first.column + 1}"
        self._error(
            event,
            "S07",
            f"the key '{key}' is already there, at {where}",
            reason=f"A key can be given once: the first is at {self.name}:{where}.",
        )

    def _start(self, event: Event) -> None:
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        into: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        parent = self.open[-1] if self.open else None
        is_key = parent is not None and parent.key is None and isinstance(parent.into, dict)
        if parent and is_key:
            self._error(event, "S13", f"a key must be a string, not {_kind(into)}")
            trail: Trail = (*parent.trail, "")
        else:
            trail = self._put(into, event)
        if len(self.open) >= DEEPEST:
            self._error(event, "S11", f"nested more than {DEEPEST} levels deep")
            raise _TooMuchError
        self.open.append(_Frame(trail, into, bool(event.flow_style), is_key))

    def _end(self, event: Event) -> None:
        frame = self.open.pop()
        if frame.is_key:
            self.open[-1].key = ""
            return
        span = self.out.values[frame.trail]
        mark = event.end_mark
        self.out.values[frame.trail] = Span(span.line, span.column, mark.line, mark.column)

    def _alias(self, event: Event) -> None:
        name = event.anchor
        hint = f"quote it if it is C: '*{name} ...'; else write the value out"
        # one that has its anchor was meant as an alias
        edit = None if name in self.anchors else unquoted.name(*self._place(event))
        self._error(event, "S08", f"'*{name}' is a YAML alias, which is not supported", hint=hint, edit=edit)
        frame = self.open[-1] if self.open else None
        if frame and frame.key is None and isinstance(frame.into, dict):
            frame.key = f"*{name}"
        else:
            self._put(None, event)

    def _document(self, event: Event) -> None:
        self.documents += 1
        if self.documents > 1:
            self._error(event, "S10", "a second YAML document starts here")
            raise _TooMuchError

    def _put(self, value: Value, event: Event) -> Trail:
        """Store a value where the open list or mapping expects it; its trail."""
        if not self.open:
            self.out.data = value
            trail: Trail = ()
        else:
            frame = self.open[-1]
            if isinstance(frame.into, list):
                trail = (*frame.trail, len(frame.into))
                frame.into.append(value)
            else:
                key = frame.key or ""
                trail = (*frame.trail, key)
                frame.into[key] = value
                frame.key = None
        self.out.values[trail] = _span(event)
        return trail

    def _refuse_properties(self, event: Event) -> None:
        if event.anchor is not None:
            what = f"'&{event.anchor}' is a YAML anchor, which is not supported"
            self.anchors.add(event.anchor)
            alone = isinstance(event, yaml.ScalarEvent) and not event.value and not event.style
            edit = unquoted.name(*self._place(event)) if alone else None
            self._error(event, "S08", what, hint=f"quote it if it is C: '&{event.anchor}'", edit=edit)
        if event.tag is not None:
            tag = event.tag.removeprefix("tag:yaml.org,2002:")
            shown = tag if tag.startswith("!") else f"!!{tag}"
            self._error(event, "S09", f"'{shown}' is a YAML tag, which is not supported")

    def _check_comma(self, event: Event) -> None:
        """`{next: f(a, b)}` is {"next": "f(a", "b)": null} to YAML: say so instead."""
        text = event.value
        if text.count("(") > text.count(")"):
            hint = f"quote the expression: '{text}, ...)', or put it on a line of its own, without braces"
            edit = unquoted.call(*self._place(event))
            self._error(event, "S15", f"the comma after '{text}' ends the value", hint=hint, edit=edit)

    def _place(self, event: Event) -> tuple[Position, str]:
        """Where an event begins, and that line."""
        at = inside(self.name, self.lines, event.start_mark.line, event.start_mark.column)
        return at, self.lines[at.line - 1]

    def _quotes(self, event: Event) -> Edit:
        """A scalar in quotes."""
        end = inside(self.name, self.lines, event.end_mark.line, event.end_mark.column)
        return Edit(self._place(event)[0], end, unquoted.quoted(event.value))

    def _error(
        self,
        event: Event,
        code: str,
        message: str,
        *,
        reason: str = "",
        hint: str = "",
        edit: Edit | None = None,
    ) -> None:
        at, source = self._place(event)
        self.out.errors.append(Diagnostic(at, code, message, reason, hint, source, edit=edit))
        if len(self.out.errors) > MOST_ERRORS:
            raise _TooMuchError


def _span(event: Event) -> Span:
    start, end = event.start_mark, event.end_mark
    style = getattr(event, "style", None) or ""
    return Span(start.line, start.column, end.line, end.column, style)


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"


def _kind(value: Value) -> str:
    kinds = {dict: "a mapping", list: "a list", bool: "true or false", int: "a number"}
    return kinds.get(type(value), "nothing")
