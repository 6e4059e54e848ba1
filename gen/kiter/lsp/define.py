# SPDX-License-Identifier: GPL-2.0-only
"""Where a name of a spec is defined in a kernel tree: in the files that the spec itself names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiter.csource.items import Item
from kiter.csource.nodes import named
from kiter.csource.source import Source
from kiter.errors import Position
from kiter.regex import regex
from kiter.spec.document import Document
from kiter.spec.load import LARGEST

_NAME = regex(r"\w+")
_FILE = regex(r"[\w./-]+\.[ch]\b")


def define(
    lines: Sequence[str], line: int, column: int, document: Document | None, tree: Path
) -> Position | None:
    """The place in the tree of the name or file at a line and column, counted from 0.

    None for what none of the spec's files and headers defines.
    """
    text = lines[line] if line < len(lines) else ""
    file = _at(_FILE, text, column)
    if file:
        return next((Position(str(path), 1, 1) for path in _paths([file], tree)), None)
    name = _at(_NAME, text, column)
    if not name or document is None:
        return None
    found = (_defined(name, path) for path in _paths(_FILE.findall(document.text), tree))
    return next((position for position in found if position), None)


def _at(pattern: re.Pattern[str], text: str, column: int) -> str:
    """What the pattern finds round a column, "" for nothing."""
    return next((m[0] for m in pattern.finditer(text) if m.start() <= column <= m.end()), "")


def _paths(named: Sequence[str], tree: Path) -> Iterator[Path]:
    """The files of a tree that a spec's words for them lead to."""
    for name in dict.fromkeys(named):
        for folder in (tree, tree / "include", tree / "include/linux"):
            path = folder / name
            if _readable(path, tree):
                yield path
                break


def _readable(path: Path, tree: Path) -> bool:
    """Whether it is a file of the tree, and none of megabytes."""
    inside = path.resolve().is_relative_to(tree.resolve())
    return inside and path.is_file() and path.stat().st_size <= LARGEST


def _defined(name: str, path: Path) -> Position | None:
    """Where a file defines a function, a type, a macro or an enumerator; None where it does not."""
    text = path.read_text("utf-8", "replace")
    if name not in text:
        return None
    source = Source(str(path), text)
    items = (item for item in source.definitions if name in item.names and _whole(item))
    item = next(items, None)
    if item is None:
        return None
    word = re.compile(rf"\b{name}\b")
    rows = range(item.start, item.last + 1)
    row = next((row for row in rows if word.search(source.lines[row])), item.start)
    found = word.search(source.lines[row])
    return source.line(row, found.start() if found else 0)


def _whole(item: Item) -> bool:
    """Whether it is no mere declaration of a type."""
    return item.kind != "type" or named(item.node, "body") is not None
