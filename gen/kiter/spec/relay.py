# SPDX-License-Identifier: GPL-2.0-only
"""Some entries of a mapping written anew; all that stands beside them stays as it is laid out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from kiter.errors import Edit
from kiter.regex import regex
from kiter.spec.compose import resolve
from kiter.spec.node import Node
from kiter.spec.rewrite import begin, between, edit, extent, in_brackets, without
from kiter.spec.unquoted import quoted
from kiter.value_class import value_class

WIDTH = 100
INDENT = 2
SHOWN = 60
_REMARK = regex(r" +#[^\n]*")  # a comment in the line of what it is about
# What needs no quotes, in brackets neither.
_PLAIN = regex(r"-?[A-Za-z0-9_/(](?:[\w ./()*>%$;=+'-]|,(?! |$))*(?<! )")
_WORDS = frozenset({"yes", "no", "on", "off"})  # what other readers take for true or false


@value_class
class Kept:
    """A value that the document has, under a key that may be another."""

    key: str
    node: Node


@value_class
class Made:
    """A value that is new: a text, or entries; `of` is the mapping that they were, if it was one."""

    key: str
    value: str | tuple[Entry, ...]
    of: Node | None = None


Entry = Kept | Made
Changes = Mapping[str, tuple[Entry, ...]]
"""The new entries in the place of each old one; none where it goes."""


def relaid(parent: Node, changes: Changes) -> Edit | None:
    """The mapping with its changes; None where a comment would be lost."""
    document, keys = parent.document, list(parent.value)
    touched = [index for index, key in enumerate(keys) if key in changes]
    first, last = touched[0], touched[-1]
    if first == last and not changes[keys[first]]:
        return without(parent[keys[first]])
    bounds = [(begin(document, path), extent(document, path)) for path in _paths(parent)]
    start, end = bounds[first][0], bounds[last][1]
    brackets = in_brackets(document, parent.path)
    if not brackets and (remark := _REMARK.match(document.lines[end[0]][end[1] :])):
        end = end[0], end[1] + remark.end()
    text, gap, theirs = "", "", _above_others(parent, changes)
    for index in range(first, last + 1):
        key = keys[index]
        behind = between(document, bounds[index][1], bounds[index + 1][0] if index < last else end)
        if key not in changes:
            text += gap + between(document, *bounds[index])
        elif changes[key]:
            entry = _without(_joined(changes[key], start[1], brackets), theirs)
            remark = _REMARK.match(behind)
            if remark and remark[0].strip() in entry:
                behind = behind[remark.end() :]  # it came with what it is about
            elif remark and "\n" in entry:
                gap, behind = f"{gap}{remark[0].strip()}\n{' ' * start[1]}", behind[remark.end() :]
            text += gap + entry
            behind = _without(behind, {line.strip() for line in entry.split("\n")})
        else:
            gap += "" if brackets else _remarks(behind, start[1], text)
            continue
        gap = behind
    text += "" if brackets else gap.rstrip()
    lost = _remarks_in(text) < _remarks_in(between(document, start, end))
    return None if lost else edit(document, start, end, text)


def _above_others(parent: Node, changes: Changes) -> set[str]:
    """The comments in lines of their own above keys that stay behind one that does not."""
    nodes = [node for _, node in parent.items()]
    stay = (n for n, after in pairwise(nodes) if n.path[-1] in changes and after.path[-1] not in changes)
    return {line.strip() for node in stay for line in _below(node)}


def _without(text: str, lines: set[str]) -> str:
    """A text without these lines, wherever they are comments."""
    first, *rest = text.split("\n")
    return "\n".join((first, *(x for x in rest if x.strip() not in lines or x.strip()[:1] != "#")))


def shown(changes: Changes) -> str:
    """The new entries for a message, cut where they are long."""
    entries = (entry for new in changes.values() for entry in new)
    text = " ".join(", ".join(map(_in_brackets, entries)).split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _paths(parent: Node) -> list[tuple[str | int, ...]]:
    return [(*parent.path, key) for key in parent.value]


def _remarks(gap: str, column: int, known: str) -> str:
    """The comments that stand between two entries, in lines of their own, without those that moved along."""
    new = (line.strip() for line in gap.split("\n") if line.strip() not in known)
    return "".join(f"{line}\n{' ' * column}" for line in new)


def _joined(entries: tuple[Entry, ...], column: int, brackets: bool) -> str:
    """Entries beside each other, beginning at a column."""
    if brackets:
        return ", ".join(_in_brackets(entry) for entry in entries)
    return f"\n{' ' * column}".join(_in_lines(entry, column) for entry in entries)


def _in_brackets(entry: Entry) -> str:
    if isinstance(entry, Kept):
        return f"{entry.key}: {_value(entry.node)}"
    value = entry.value
    return f"{entry.key}: {scalar(value) if isinstance(value, str) else _braces(value)}"


def _braces(entries: tuple[Entry, ...]) -> str:
    return "{" + ", ".join(_in_brackets(entry) for entry in entries) + "}"


def _in_lines(entry: Entry, column: int) -> str:
    """An entry in lines of its own; in one where that is short."""
    if isinstance(entry, Kept):
        document, path = entry.node.document, entry.node.path
        key = document.keys[path]
        text = between(document, (key.end_line, key.end_column), extent(document, path))
        return _shifted(f"{entry.key}{text}", column - key.column)
    if isinstance(entry.value, str):
        return f"{entry.key}: {scalar(entry.value)}"
    if all(_is_short(inner) and not _behind(inner, 0) for inner in entry.value):
        text = f"{entry.key}: {_braces(entry.value)}"
        if column + len(text) <= WIDTH:
            return text
    inner, between_ = column + INDENT, f"\n{' ' * (column + INDENT)}"
    lines = (_in_lines(e, inner) + _behind(e, inner) for e in entry.value)
    return f"{entry.key}:{_before(entry.of, inner)}{between_}{between_.join(lines)}"


def _remarks_in(text: str) -> int:
    """How many comments there are, at most: in C that a text holds a # may be something else."""
    return len(re.findall(r"(?:^|\s)#", text))


def _before(of: Node | None, column: int) -> str:
    """The comments between a key and the entries of its mapping."""
    if of is None or in_brackets(of.document, of.path):
        return ""
    key, first = of.document.keys[of.path], _paths(of)[0]
    same, *below = between(of.document, (key.end_line, key.end_column), begin(of.document, first)).split("\n")
    own = (f"\n{' ' * column}{line.strip()}" for line in below if line.strip())
    return same.removeprefix(":").rstrip() + "".join(own)


def _behind(entry: Entry, column: int) -> str:
    """The comments that stand behind an entry of lines, and below it as far as the next one."""
    if isinstance(entry, Made) or in_brackets(entry.node.document, entry.node.path[:-1]):
        return ""
    document, path = entry.node.document, entry.node.path
    row, end = extent(document, path)
    same = document.lines[row][end:]
    own = (f"\n{' ' * column}{line.strip()}" for line in _below(entry.node) if line.strip())
    return (f" {same.strip()}" if same.strip() else "") + "".join(own)


def _below(node: Node) -> Sequence[str]:
    """The lines between an entry and the next one."""
    return node.document.lines[extent(node.document, node.path)[0] + 1 : _following(node)]


def _following(node: Node) -> int:
    """The line where the entry behind one begins; for the last one, the line behind it."""
    siblings = _paths(Node(node.document, node.path[:-1], node.document.value(node.path[:-1])))
    index = siblings.index(node.path)
    if index + 1 == len(siblings):
        return extent(node.document, node.path)[0] + 1
    return begin(node.document, siblings[index + 1])[0]


def _is_short(entry: Entry) -> bool:
    """Whether an entry fits into a line, brackets round it, with no comment."""
    if isinstance(entry, Kept):
        text = _value(entry.node)
        node = entry.node
        block = isinstance(node.value, dict | list) and not in_brackets(node.document, node.path)
        return not block and "\n" not in text and " #" not in text and text[:1] not in ("|", ">")
    return isinstance(entry.value, str) or all(_is_short(inner) for inner in entry.value)


def _value(node: Node) -> str:
    """A value as the file spells it, in quotes where brackets round it ask for them."""
    span = node.document.values[node.path]
    text = between(node.document, (span.line, span.column), extent(node.document, node.path))
    bare = isinstance(node.value, str) and not span.style
    return scalar(text) if bare and not in_brackets(node.document, node.path[:-1]) else text


def _shifted(text: str, columns: int) -> str:
    """Lines behind the first, moved to the right or to the left."""
    first, *rest = text.split("\n")
    moved = (
        " " * (len(line) - len(line.lstrip(" ")) + columns) + line.lstrip(" ") if line.strip() else line
        for line in rest
    )
    return "\n".join((first, *moved))


def scalar(text: str) -> str:
    """A text as YAML, in brackets or not: in quotes where it needs them."""
    plain = _PLAIN.fullmatch(text) and resolve(text) == text and text not in _WORDS
    return text if plain else quoted(text)
