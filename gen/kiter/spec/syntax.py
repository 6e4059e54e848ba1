# SPDX-License-Identifier: GPL-2.0-only
"""What the YAML parser complains about, in words that help the author of a spec."""

from __future__ import annotations

from typing import Any

from kiter.errors import Diagnostic, Position
from kiter.spec.document import inside

# A place and a yaml.MarkedYAMLError: PyYAML's C parser has no types for them.
Mark = Any
Failure = Any

_C_COLON = "C that contains ': ' must be quoted, or be a block that starts with '|'"
_FRIENDLY = {
    "mapping values are not allowed in this context": (
        "a ':' is not possible here",
        "YAML reads 'text: ' as a key, and a key must start a line of its own, or follow '{' or ','.",
        _C_COLON,
    ),
    "did not find expected key": (
        "a key is expected here",
        "The line is indented like none of the keys above it, or follows a value that was already complete.",
        "indent it like its neighbours; text after a closing quote must be inside of it",
    ),
    "did not find expected '-' indicator": (
        "the next item of the list is expected here",
        "The lines above are a list; a list cannot be followed by a key of the same indentation.",
        "start the line with '- ', or indent it differently",
    ),
    "did not find expected ',' or '}'": (
        "a ',' or '}' is expected here",
        "",
        "close the '{'; quote C that contains braces, brackets or ': '",
    ),
    "did not find expected ',' or ']'": (
        "a ',' or ']' is expected here",
        "",
        "close the '['; quote C that contains braces, brackets or ': '",
    ),
    "did not find expected node content": (
        "a value is expected here",
        "",
        "write the value, or close the '[' or '{' that is still open",
    ),
    "could not find expected ':'": (
        "the ':' after a key is missing",
        "",
        "write 'key: value'; indent the lines of a longer text more than its key",
    ),
    "block sequence entries are not allowed in this context": (
        "a list cannot start here",
        "",
        "put the '- ' on a line of its own below the key",
    ),
    "did not find expected <document start>": (
        "the text goes on after its end",
        "The top of a spec is one mapping; this line does not belong to it.",
        "indent the line like the other keys of the top",
    ),
    "did not find expected alphabetic or numeric character": (
        "a value cannot start with '*' or '&'",
        "YAML reads them as aliases and anchors, which a spec cannot have.",
        "quote the value if it is C",
    ),
    "found unknown escape character": (
        "an unknown escape in a text in double quotes",
        'Inside "..." a backslash starts an escape of YAML.',
        "write the text in single quotes, where a backslash is only a backslash",
    ),
}
_OPENINGS = {
    "while parsing a flow sequence": "'['",
    "while parsing a flow mapping": "'{'",
    "while scanning a quoted scalar": "quote",
}
_START = "found character that cannot start any token"


def explain(error: Failure, name: str, lines: list[str]) -> Diagnostic:
    """The diagnostic for what the YAML parser raised; its place lies inside of the file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Diagnostic(Position(name), "S05", f"not YAML: {_first_line(error)}")
    if (opening := _never_closed(error, lines)) is not None:
        at, source = _place(error.context_mark, name, lines)
        message = f"the {opening} is never closed"
        return Diagnostic(at, "S05", message, "The file ends before it is.", "close it", source)
    at, source = _place(mark, name, lines)
    problem = getattr(error, "problem", None) or _first_line(error)
    if problem == _START:
        return _bad_start(at, source, source[at.column - 1 : at.column])
    message, reason, hint = _FRIENDLY.get(problem, (problem, "", ""))
    return Diagnostic(at, "S05", message, reason or _context(error), hint, source)


def _place(mark: Mark, name: str, lines: list[str]) -> tuple[Position, str]:
    """The position of a mark, and its line."""
    at = inside(name, lines, mark.line, mark.column)
    return at, lines[at.line - 1]


def _never_closed(error: Failure, lines: list[str]) -> str | None:
    """What was opened, when the text ended before the parser met its end."""
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None or context is None or not _ends_at(mark, lines):
        return None
    return _OPENINGS.get(str(getattr(error, "context", "")))


def _ends_at(mark: Mark, lines: list[str]) -> bool:
    """Nothing but white space follows."""
    rest = lines[mark.line :]
    return not rest or not (rest[0][mark.column :].strip() or any(line.strip() for line in rest[1:]))


def _bad_start(at: Position, source: str, character: str) -> Diagnostic:
    if "\t" in source[: at.column] and not source[: at.column - 1].strip():
        reason = "YAML allows only spaces there: how far a tab indents depends on the editor."
        return Diagnostic(at, "S06", "a tab cannot indent YAML", reason, "use spaces", source)
    message = f"a value cannot start with '{character}'"
    reason = "YAML reserves the character at the start of a value."
    return Diagnostic(at, "S05", message, reason, "quote the value", source)


def _context(error: Failure) -> str:
    """Where the parser was, such as 'while parsing a block mapping that starts at 3:1'."""
    context, mark = getattr(error, "context", None), getattr(error, "context_mark", None)
    if not context:
        return ""
    start = f" that starts at {mark.line + 1}:{mark.column + 1}" if mark else ""
    return f"It was found {context}{start}."


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unreadable"])[0]
