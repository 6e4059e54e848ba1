# SPDX-License-Identifier: GPL-2.0-only
"""Keys: one short name for everything that an answer depends on and that is known beforehand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kiter.regex import regex

FORMAT = "3"  # part of every key; a change here forgets everything
_PACKAGE = Path(__file__).resolve().parents[1]
_IMPORT = regex(r"^ *from (kiter[\w.]*) import (\([^)]*\)|.+)$", re.MULTILINE)


def key_of(*parts: str | bytes) -> str:
    """A key for these parts in this order; where one ends matters."""
    digest = hashlib.sha256(FORMAT.encode())
    for part in parts:
        raw = part.encode("utf-8", errors="surrogatepass") if isinstance(part, str) else part
        digest.update(b"%d:" % len(raw))
        digest.update(raw)
    return digest.hexdigest()


_ANNOTATING = regex(r"^if TYPE_CHECKING:.*\n(?: +.*\n|\n)+", re.MULTILINE)


@cache
def code_of(module: str) -> str:
    """A key for a module of kiter's and all that it imports: an answer depends on them as on a compiler.

    The data files beside them count, too (profiles of targets, the C of a harness).
    """
    found = closure(module)
    return key_of(*(part for name in sorted(found) for part in (name, found[name])))


def sources_of(module: str) -> Iterator[str]:
    """The files that code_of() is a key for: who loads an answer need not read them to know them the same."""
    for file in filter(None, map(_file, closure(module))):
        yield str(file)
        if file.name == "__init__.py":
            yield from map(str, _beside(file.parent))


def closure(module: str) -> dict[str, str]:
    """A key for the text of each module that is loaded with one of kiter's, by name."""
    found: dict[str, str] = {}
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name not in found and (file := _file(name)):
            found[name], imported = _read(file)
            ahead += [*imported, name.rpartition(".")[0]]
    return found


def _file(name: str) -> Path | None:
    """The file of a module; None for a name that is no module, such as a function's."""
    if not name:
        return None
    path = _PACKAGE.joinpath(*name.split(".")[1:])
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def _read(file: Path) -> tuple[str, tuple[str, ...]]:
    """A key for a module's text, or for a package's data, and the names that it imports from kiter."""
    text = file.read_text(encoding="utf-8")
    data = _data(file.parent) if file.name == "__init__.py" else ()
    return key_of(text, *data), tuple(_imported(text))


def _imported(text: str) -> Iterator[str]:
    """What is imported when the module runs: what only annotations name changes no answer."""
    for package, names in _IMPORT.findall(_ANNOTATING.sub("", text)):
        yield package
        yield from (f"{package}.{name}" for name in re.findall(r"\w+", names))


def _data(folder: Path) -> Iterator[bytes]:
    for file in _beside(folder):
        yield file.name.encode()
        yield file.read_bytes()


def _beside(folder: Path) -> list[Path]:
    """What stands in a package and is no Python."""
    return [file for file in sorted(folder.iterdir()) if file.is_file() and file.suffix != ".py"]
