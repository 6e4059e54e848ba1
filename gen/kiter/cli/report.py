# SPDX-License-Identifier: GPL-2.0-only
"""Diagnostics as text for people, JSON for programs, and workflow commands for GitHub."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict

from kiter.codes import Code, every_code
from kiter.errors import Diagnostic, Edit, Position

FORMATS = ("text", "json", "github")

_WIDTH = 96
_WIDEST_SOURCE = 140
_BEFORE_CARET = 60
_TAB = 8
_GUTTER = 5
_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "fixed": "1;32",
    "place": "1",
    "dim": "36",
    "caret": "1;32",
}
_NAMED = 8  # places that are named of one error
_GITHUB = {"error": "error", "warning": "warning"}

Paint = Callable[[str, str], str]


def render(diagnostics: Iterable[Diagnostic], style: str = "text", colour: bool = False) -> str:
    """All diagnostics in one of FORMATS, ending in a newline; "" for none, "[]" in JSON."""
    found = list(diagnostics)
    if style == "json":
        return _json(found)
    if style == "github":
        known = every_code() if found else {}
        return "".join(_github(d, known) + "\n" for d in found)
    paint = _coloured if colour else _plain
    return "\n".join(_text(same, paint) for same in _by_cause(found))


def printable(text: str) -> str:
    """The text with everything escaped that a terminal would act on or not show."""
    return "".join(_visible(c) for c in text)


def place(at: Position) -> str:
    """A position as compilers write it, without what is not known."""
    parts = [printable(at.file) or "kiter"]
    if at.line:
        parts.append(str(at.line))
        if at.column:
            parts.append(str(at.column))
    return ":".join(parts)


def _by_cause(diagnostics: Iterable[Diagnostic]) -> Iterable[Sequence[Diagnostic]]:
    """Those that say the same of several lines, together.

    What is wrong with whole files, or shows the way there, is told of each file.
    """
    same: dict[tuple[str, ...], list[Diagnostic]] = {}
    for one in diagnostics:
        file = "" if one.at.line and not one.trail else one.at.file
        same.setdefault((one.severity, one.code, one.message, one.reason, one.hint, file), []).append(one)
    return same.values()


def _text(same: Sequence[Diagnostic], paint: Paint) -> str:
    """The first in full, the places of the others behind it."""
    found, *others = same
    kind = paint(f"{found.severity}[{found.code}]:", found.severity)
    lines = [f"{paint(place(found.at) + ':', 'place')} {kind} {_one_line(found.message)}"]
    if found.at.line and found.source.strip():
        lines += _excerpt(found, paint)
    lines += [f"  {place(at)}: {_one_line(says)}" for at, says in found.trail]
    lines += _wrapped(_elsewhere(others)) if others else []
    lines += _wrapped(found.reason)
    lines += _wrapped(f"hint: {found.hint}" if found.hint else "")
    return "\n".join(lines) + "\n"


def _elsewhere(others: Sequence[Diagnostic]) -> str:
    """How often the same was found elsewhere, and where first."""
    places = list(dict.fromkeys(place(one.at) for one in others))
    named = ", ".join(places[:_NAMED]) + (", ..." if len(places) > _NAMED else "")
    return f"{len(others)} more of the same: {named}"


def _excerpt(found: Diagnostic, paint: Paint) -> list[str]:
    """The source line behind its number, and a caret below the column."""
    shown, column = _window(*_expanded(found.source, found.at.column))
    number = f"{found.at.line:>{_GUTTER}}"
    lines = [f"{paint(number + ' |', 'dim')} {shown}".rstrip()]
    if found.at.column:
        bar = " " * len(number) + " |"
        lines.append(f"{paint(bar, 'dim')} {' ' * column}{paint('^', 'caret')}")
    return lines


def _expanded(source: str, column: int) -> tuple[list[tuple[str, int]], int]:
    """The line as (what is shown, its width) per character, and the cell index of `column`."""
    cells: list[tuple[str, int]] = []
    at = 0
    for character in source:
        if character == "\t":
            blank = _TAB - at % _TAB
            cells.append((" " * blank, blank))
        else:
            shown = _visible(character)
            cells.append((shown, _width(character) if shown == character else len(shown)))
        at += cells[-1][1]
    return cells, min(max(column - 1, 0), len(cells))


def _window(cells: list[tuple[str, int]], index: int) -> tuple[str, int]:
    """The part of a long line around the caret, and the caret's column in it."""
    before = sum(width for _, width in cells[:index])
    start, mark = 0, ""
    if before > _BEFORE_CARET and sum(width for _, width in cells) > _WIDEST_SOURCE:
        mark = "..."
        while before > _BEFORE_CARET:
            before -= cells[start][1]
            start += 1
    shown, used = mark, len(mark)
    for text, width in cells[start:]:
        if used + width > _WIDEST_SOURCE:
            shown += "..."
            break
        shown, used = shown + text, used + width
    return shown, before + len(mark)


def _visible(character: str) -> str:
    """The character itself, or its escape when it is invisible or dangerous."""
    if character.isascii() and character.isprintable():
        return character
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _width(character: str) -> int:
    """Columns in a terminal: 0 for what combines, 2 for wide characters."""
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _wrapped(text: str) -> list[str]:
    """Paragraphs, indented by two; a line that is indented already, such as C, stays as it is."""
    import textwrap  # noqa: PLC0415 - only for who made a mistake, as everything that loads it

    lines: list[str] = []
    for line in text.splitlines():
        clean = printable(line.expandtabs(_TAB)).rstrip()
        if clean.startswith(" "):
            lines.append("  " + clean)
        else:
            lines += textwrap.wrap(
                clean, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
            )
    return lines


def _one_line(text: str) -> str:
    return printable(" ".join(text.splitlines()))


def _plain(text: str, _: str) -> str:
    return text


def _coloured(text: str, role: str) -> str:
    return f"\x1b[{_COLOURS.get(role, '1')}m{text}\x1b[0m"


def _json(found: list[Diagnostic]) -> str:
    known = every_code() if found else {}
    return json.dumps([_flat(d, known) for d in found], indent=2) + "\n"


def _flat(found: Diagnostic, known: Mapping[str, Code]) -> dict[str, object]:
    at = asdict(found.at)
    steps = [asdict(place) | {"says": says} for place, says in found.trail]
    return {
        "file": at["file"],
        "line": at["line"],
        "column": at["column"],
        "severity": found.severity,
        "code": found.code,
        "name": _named(found, known),
        "message": found.message,
        "reason": found.reason,
        "hint": found.hint,
        "source": found.source,
        "edit": _change(found.edit),
    } | ({"trail": steps} if steps else {})


def _named(found: Diagnostic, known: Mapping[str, Code]) -> str:
    """The name of its code, "" for a code of somebody else's."""
    return known[found.code].name if found.code in known else ""


def _change(edit: Edit | None) -> dict[str, object] | None:
    """What a program has to replace, and with what."""
    if edit is None:
        return None
    first, last = edit.first, edit.last
    return {
        "line": first.line,
        "column": first.column,
        "end_line": last.line,
        "end_column": last.column,
        "text": edit.text,
    }


def _github(found: Diagnostic, known: Mapping[str, Code]) -> str:
    """A workflow command: GitHub shows it beside the line of a pull request."""
    at, name = found.at, _named(found, known)
    title = f"kiter {found.code} ({name})" if name else f"kiter {found.code}"
    where = {"file": printable(at.file), "line": at.line, "col": at.column, "title": title}
    options = ",".join(f"{key}={_property(str(value))}" for key, value in where.items() if value)
    hint = f"hint: {found.hint}" if found.hint else ""
    way = (f"  {at.line}: {says}" for at, says in found.trail)
    body = "\n".join(part for part in (found.message, *way, found.reason, hint) if part)
    lines = "\n".join(printable(line) for line in body.splitlines())
    return f"::{_GITHUB.get(found.severity, 'notice')} {options}::{_data(lines)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
