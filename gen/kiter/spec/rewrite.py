# SPDX-License-Identifier: GPL-2.0-only
"""Edits of a spec that keep its layout and its comments; None where one could not keep them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from kiter.errors import Edit
from kiter.regex import regex
from kiter.spec.document import Document, Trail, inside
from kiter.spec.node import Node
from kiter.spec.unquoted import quoted

Mark = tuple[int, int]
"""A line and a column, counted from 0."""
_PLAIN = regex(r"[A-Za-z_/][\w./ *-]*")


def replaced(node: Node, text: str) -> Edit | None:
    """Another scalar in the place of a value in one line; its quotes stay."""
    document, span = node.document, node.document.values[node.path]
    if span.style in {"|", ">"} or span.line != span.end_line or isinstance(node.value, dict | list):
        return None
    mark = span.style
    plain = mark or isinstance(node.value, int) or _PLAIN.fullmatch(text)
    shown = text if plain else quoted(text)
    return edit(document, (span.line, span.column), (span.line, span.end_column), f"{mark}{shown}{mark}")


def source(node: Node) -> str:
    """A value as the file spells it."""
    span = node.document.values[node.path]
    return between(node.document, (span.line, span.column), (span.end_line, span.end_column))


def spelled(node: Node, text: str) -> Edit:
    """Another spelling in the place of a value."""
    span = node.document.values[node.path]
    return edit(node.document, (span.line, span.column), (span.end_line, span.end_column), text)


def renamed(document: Document, path: Trail, name: str) -> Edit | None:
    """Another name for a key, unless there is one of that name; its quotes stay."""
    if (*path[:-1], name) in document.keys:
        return None
    span = document.keys[path]
    text = f"{span.style}{name}{span.style}"
    return edit(document, (span.line, span.column), (span.end_line, span.end_column), text)


def without(node: Node) -> Edit | None:
    """A key with its value, or an item of a list, taken away, and what would be empty without it."""
    document, path = node.document, node.path
    siblings = _siblings(document, path)
    if len(siblings) == 1:
        above = Node(document, path[:-1], document.value(path[:-1]))
        return without(above) if len(path) > 1 else None
    if in_brackets(document, path[:-1]):
        return _without_flow(document, siblings, siblings.index(path))
    return _without_block(document, siblings, siblings.index(path))


def following(found: Edit | None) -> Edit | None:
    """The edit of what nothing uses, as far as the other findings let one see."""
    return found and replace(found, follows=True)


def added(node: Node, key: str, value: str, before: str = "") -> Edit | None:
    """A key with its value put into a mapping that is not empty: before another key, or at the end."""
    document, entry = node.document, f"{key}: {value}"
    if before in node.value:
        at = begin(document, (*node.path, before))
        if in_brackets(document, node.path):
            return edit(document, at, at, f"{entry}, ")
        return edit(document, at, at, f"{entry}\n{' ' * at[1]}")
    return _appended(document, node.path, entry)


def appended(node: Node, item: str) -> Edit | None:
    """One more item at the end of a list."""
    flow = in_brackets(node.document, node.path)
    return _appended(node.document, node.path, item if flow else f"- {item}")


def emptied(node: Node) -> Edit | None:
    """A list in brackets without its items."""
    document, span = node.document, node.document.values[node.path]
    bounds = (span.line, span.column), (span.end_line, span.end_column)
    keeps = in_brackets(document, node.path) and "#" not in between(document, *bounds)
    return edit(document, *bounds, "[]") if keeps else None


def folded(node: Node) -> Edit | None:
    """A block that keeps its lines made one that joins them."""
    document, span = node.document, node.document.values[node.path]
    header = document.lines[span.line][span.column :].split()[:1]
    if span.style != "|" or header not in (["|"], ["|-"]) or re.search(r"\n[\s]", node.value):
        return None  # folding keeps the ends of lines beside blank ones and those that are indented more
    return edit(document, (span.line, span.column), (span.line, span.column + len(header[0])), ">-")


def within(node: Node, old: str, new: str) -> Edit | None:
    """Other words in a text, where the first of them stand in its first line."""
    document, span = node.document, node.document.values[node.path]
    at = document.lines[span.line].find(old, span.column)
    if at < 0 or span.style in {"|", ">"}:
        return None
    return edit(document, (span.line, at), (span.line, at + len(old)), new)


def _appended(document: Document, path: Trail, entry: str) -> Edit | None:
    """One more entry behind the last of a list or a mapping."""
    children, span = _children(document, path), document.values[path]
    if not children:
        inner = (span.line, span.column + 1)
        return edit(document, inner, inner, entry)
    end = extent(document, children[-1])
    if in_brackets(document, path):
        return edit(document, end, end, f", {entry}")
    line = document.lines[end[0]]
    indent = " " * begin(document, children[0])[1]
    return edit(document, (end[0], len(line)), (end[0], len(line)), f"\n{indent}{entry}")


def last(node: Node) -> Edit | None:
    """A key with its value moved behind all others of its mapping."""
    document = node.document
    moved = _siblings(document, node.path)
    moved = moved[moved.index(node.path) :]
    bounds = [(begin(document, path), extent(document, path)) for path in moved]
    gaps = [between(document, a[1], b[0]) for a, b in pairwise(bounds)]
    texts = [between(document, *bound) for bound in bounds]
    if any("#" in text for text in (*gaps, *texts)):
        return None
    turned = [*texts[1:], texts[0]]
    text = "".join(a + b for a, b in zip(turned, [*gaps, ""], strict=True))
    return edit(document, bounds[0][0], bounds[-1][1], text)


def extent(document: Document, path: Trail) -> Mark:
    """Where a value ends, without the blank lines and comments that YAML counts to it."""
    span, value = document.values[path], document.value(path)
    if span.style in {"|", ">"}:
        rows = range(span.line, min(span.end_line + 1, len(document.lines)))
        end = span.end_line if span.end_column else span.end_line - 1
        row = next(n for n in reversed(rows) if n <= end and (document.lines[n].strip() or n == span.line))
        return row, len(document.lines[row])
    if isinstance(value, dict | list) and value and not in_brackets(document, path):
        return extent(document, _children(document, path)[-1])
    if value is None and (span.line, span.column) == (span.end_line, span.end_column):
        key = document.keys.get(path, span)
        return key.end_line, document.lines[key.end_line].find(":", key.end_column) + 1
    return span.end_line, span.end_column


def _without_flow(document: Document, siblings: list[Trail], index: int) -> Edit | None:
    """`a: 1, ` at the beginning, `, b: 2` elsewhere."""
    if index == 0:
        bounds = begin(document, siblings[0]), begin(document, siblings[1])
    else:
        bounds = extent(document, siblings[index - 1]), extent(document, siblings[index])
    return None if "#" in between(document, *bounds) else edit(document, *bounds, "")


def _without_block(document: Document, siblings: list[Trail], index: int) -> Edit | None:
    """Its lines; a comment behind the last of them stays, as a line of its own."""
    start, end = begin(document, siblings[index]), extent(document, siblings[index])
    if "#" in between(document, start, end):
        return None
    behind = document.lines[end[0]][end[1] :]
    if document.lines[start[0]][: start[1]].strip():  # behind the '- ' of a list's item
        return None if behind.strip() else edit(document, start, begin(document, siblings[index + 1]), "")
    if behind.strip():
        return edit(document, start, (end[0], end[1] + len(behind) - len(behind.lstrip())), "")
    if end[0] + 1 < len(document.lines):
        return edit(document, (start[0], 0), (end[0] + 1, 0), "")
    return edit(document, (start[0] - 1, len(document.lines[start[0] - 1])), (end[0], end[1]), "")


def begin(document: Document, path: Trail) -> Mark:
    """Where an entry begins: its key, or the '- ' of an item in a list of lines."""
    span = document.keys.get(path) or document.values[path]
    if isinstance(path[-1], int) and not in_brackets(document, path[:-1]):
        return span.line, document.lines[span.line].rfind("-", 0, span.column)
    return span.line, span.column


def in_brackets(document: Document, path: Trail) -> bool:
    """Whether a list or a mapping stands in brackets."""
    span = document.values[path]
    return document.lines[span.line][span.column : span.column + 1] in {"{", "["}


def _children(document: Document, path: Trail) -> list[Trail]:
    value = document.value(path)
    return [(*path, step) for step in (value if isinstance(value, dict) else range(len(value)))]


def _siblings(document: Document, path: Trail) -> list[Trail]:
    return _children(document, path[:-1])


def between(document: Document, first: Mark, last_: Mark) -> str:
    lines = document.lines[first[0] : last_[0] + 1]
    whole = "\n".join(lines)
    return whole[first[1] : len(whole) - len(lines[-1]) + last_[1]]


def edit(document: Document, first: Mark, last_: Mark, text: str) -> Edit:
    return Edit(
        inside(document.name, document.lines, *first), inside(document.name, document.lines, *last_), text
    )
