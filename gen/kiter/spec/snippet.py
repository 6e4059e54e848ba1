# SPDX-License-Identifier: GPL-2.0-only
"""C that a spec's author wrote, with its place, so that an error in it can be shown there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kiter.errors import Position
from kiter.spec.node import Node
from kiter.spec.release import Range, Release, Versioned

TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"|(?P<comment>/\*.*?\*/|//[^\n]*)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<number>\d[\w.]*)|(?P<space>\s+)|(?P<member>->|\.)|(?P<other>.)",
    re.DOTALL,
)
TAGS = {"struct", "enum", "union"}


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of every token; joined, the texts are the input again."""
    for match in TOKEN.finditer(text):
        yield match.lastgroup or "other", match.group()


def free_names(text: str) -> Iterator[str]:
    """The identifiers that stand for themselves: no members, no struct tags, nothing in strings."""
    before = ""
    for kind, token in tokens(text):
        if kind == "word" and before not in TAGS and before not in {"->", "."}:
            yield token
        if kind != "space":
            before = token


def substitute(text: str, names: Mapping[str, str]) -> str:
    """The text with every free name that `names` knows replaced by its C spelling."""
    out: list[str] = []
    before = ""
    for kind, token in tokens(text):
        free = kind == "word" and before not in TAGS and before not in {"->", "."}
        out.append(names.get(token, token) if free else token)
        if kind != "space":
            before = token
    return "".join(out)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One text of C and the place where it begins in the YAML; `source` is that line.

    `rows` has the same for each further line of the text.
    """

    text: str
    at: Position
    source: str
    rows: tuple[tuple[Position, str], ...] = ()

    def names(self) -> frozenset[str]:
        """The identifiers it refers to."""
        return frozenset(free_names(self.text))


@dataclass(frozen=True, slots=True)
class Code:
    """A snippet key of the spec: one snippet, or one per range of kernels."""

    versions: Versioned[Snippet]
    node: Node

    def on(self, release: Release) -> Snippet | None:
        """The snippet for one kernel, if a range covers it."""
        return self.versions.on(release)

    def all(self) -> tuple[Snippet, ...]:
        """Every snippet, whatever the kernel."""
        return tuple(snippet for _, snippet in self.versions.options)

    @classmethod
    def of(cls, node: Node) -> Code:
        """From a value that the schema calls a snippet."""
        if isinstance(node.value, str):
            return cls(Versioned(((Range(), _snippet(node)),)), node)
        options = tuple((Range.parse(key), _snippet(item)) for key, item in node.items())
        return cls(Versioned(options), node)

    @classmethod
    def under(cls, node: Node, key: str) -> Code | None:
        """From an optional key."""
        item = node.get(key)
        return None if item is None else cls.of(item)


def _snippet(node: Node) -> Snippet:
    text = str(node.value)
    blank = len(text) - len(text.lstrip("\n"))
    places = [
        node.document.scalar_line(node.path, blank + n) for n in range(text.strip("\n").count("\n") + 1)
    ]
    (at, source), *rows = ((at, node.document.source(at.line)) for at in places)
    return Snippet(text.strip("\n"), at, source, tuple(rows))


def text_on(node: Node | None, release: Release) -> str:
    """A text key of the spec for one kernel: "" when there is none."""
    if node is None:
        return ""
    if isinstance(node.value, str):
        return node.value
    ranges = Versioned(tuple((Range.parse(key), str(item.value)) for key, item in node.items()))
    return ranges.on(release) or ""


def switched(node: Node | None, release: Release) -> bool:
    """A switch of the spec for one kernel: false when it is not there, or no range covers it."""
    if node is None:
        return False
    if isinstance(node.value, bool):
        return node.value
    ranges = Versioned(tuple((Range.parse(key), bool(item.value)) for key, item in node.items()))
    return bool(ranges.on(release))
