# SPDX-License-Identifier: GPL-2.0-only
"""Load a spec: a file or a text -> Document, or every error that the YAML has."""

from __future__ import annotations

import codecs
import stat
from dataclasses import replace
from pathlib import Path

from kiter.codes import CODES
from kiter.errors import ENVIRONMENT, FINDINGS, Diagnostic, KiterError, Position
from kiter.spec.compose import Composed, compose, forbidden, limited
from kiter.spec.document import Document, inside

LARGEST = 1 << 20
_SHOWN = 40  # bytes of a binary file that are quoted in its error


def load(path: Path) -> Document:
    """Read and parse a spec file; raises KiterError with all errors found."""
    return parse(read_text(path), str(path))


def read_text(path: Path) -> str:
    """The text of a spec file, as it is; raises KiterError when it is none."""
    return _decode(_read(path), str(path))


def parse(text: str, name: str) -> Document:
    """Parse the text of a spec; `name` is what errors call it. Raises KiterError."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > LARGEST:
        raise _too_large(name)
    lines = text.split("\n")
    _refuse_characters(text, name, lines)
    composed = compose(text, name, lines)
    if not composed.errors:
        composed.errors.extend(_check_top(composed, name, lines))
    if composed.errors:
        raise KiterError(*limited(_complete(e) for e in composed.errors))
    return Document(name, text, composed.data, composed.values, composed.keys, lines)


def _read(path: Path) -> bytes:
    """The file's bytes; one more than allowed are read, never a whole huge file, nor one without an end."""
    try:
        if not (stat.S_ISREG(path.stat().st_mode) or path.is_dir()):
            raise _unreadable(path, "it is no regular file", "write the spec to a file first")
        with path.open("rb") as stream:
            found = stream.read(LARGEST + 1)
    except IsADirectoryError:
        raise _unreadable(path, "it is a directory", "name the files in it, such as {}/*.yaml") from None
    except FileNotFoundError:
        raise _unreadable(path, "there is no such file", "check the name and the directory") from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or str(error), "") from None
    if len(found) > LARGEST:
        raise _too_large(str(path))
    return found


def _unreadable(path: Path, why: str, hint: str) -> KiterError:
    message = f"cannot be read: {why}"
    found = Diagnostic(Position(str(path)), "S01", message, "", hint.format(path))
    return KiterError(found, status=ENVIRONMENT)


def _too_large(name: str) -> KiterError:
    message = f"larger than {LARGEST >> 20} MiB"
    return KiterError(_complete(Diagnostic(Position(name), "S04", message)), status=FINDINGS)


def _decode(raw: bytes, name: str) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _not_text(raw, name, 0, "it is UTF-16, not UTF-8")
    if (nul := raw.find(b"\0")) >= 0:
        raise _not_text(raw, name, nul, "there is a NUL byte here")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_text(raw, name, error.start, f"the byte 0x{raw[error.start]:02x} is not UTF-8") from None


def _not_text(raw: bytes, name: str, offset: int, why: str) -> KiterError:
    """The error for a byte at `offset`, with its line as far as it can be read."""
    start = raw.rfind(b"\n", 0, offset) + 1
    before = raw[start:offset].decode("utf-8", "replace").removeprefix("\ufeff")
    source = before + raw[offset : offset + _SHOWN].split(b"\n", 1)[0].decode("utf-8", "replace")
    at = Position(name, raw.count(b"\n", 0, offset) + 1, len(before) + 1)
    return KiterError(_complete(Diagnostic(at, "S02", f"not a text file: {why}", source=source)))


def _refuse_characters(text: str, name: str, lines: list[str]) -> None:
    if not forbidden(text):
        return
    found = []
    for number, line in enumerate(lines, 1):
        if bad := forbidden(line):
            at = Position(name, number, bad.start() + 1)
            message = f"the character U+{ord(bad[0]):04X} is not allowed"
            found.append(_complete(Diagnostic(at, "S14", message, source=line)))
    raise KiterError(*limited(found))


def _check_top(composed: Composed, name: str, lines: list[str]) -> list[Diagnostic]:
    data = composed.data
    if isinstance(data, dict):
        return []
    if data is None:
        return [Diagnostic(Position(name, 1, 1), "S03", "the spec is empty", source=lines[0])]
    span = composed.values[()]
    what = "a list" if isinstance(data, list) else "a single value"
    message = f"the top of a spec must be a mapping, not {what}"
    at = inside(name, lines, span.line, span.column)
    return [Diagnostic(at, "S12", message, source=lines[at.line - 1])]


def _complete(found: Diagnostic) -> Diagnostic:
    """Fill reason and hint from the table of codes where the place had nothing better to say."""
    code = CODES[found.code]
    reason, hint = found.reason or code.reason, found.hint or code.hint
    return replace(found, reason=reason, hint=hint)
