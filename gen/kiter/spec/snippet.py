# SPDX-License-Identifier: GPL-2.0-only
"""C that a spec's author wrote, with its place, so that an error in it can be shown there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kiter.errors import Position
from kiter.regex import regex
from kiter.spec.node import Node
from kiter.spec.release import Range
from kiter.value_class import value_class

TOKEN = regex(
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
    """The text with every free name that `names` knows replaced by its C spelling.

    A member of what is spelled as an address, `&x`, is one of x itself: `->` binds closer than `&`.
    """
    out: list[str] = []
    before = ""
    for kind, token in tokens(text):
        free = kind == "word" and before not in TAGS and before not in {"->", "."}
        if token == "->" and out[-1:] == [names.get(before)] and out[-1].startswith("&"):
            out[-1] = out[-1][1:]
            out.append(".")
        else:
            out.append(names.get(token, token) if free else token)
        if kind != "space":
            before = token
    return "".join(out)


@value_class
class Snippet:
    """One text of C and the place where it begins in the YAML; `source` is that line.

    `rows` has the same for each further line of the text; `node` is the value of the key, which may
    hold texts for other kernels beside this one. The text is "" where there is none for the kernel.
    """

    text: str
    at: Position
    source: str
    node: Node
    rows: tuple[tuple[Position, str], ...] = ()

    def names(self) -> frozenset[str]:
        """The identifiers it refers to."""
        return frozenset(free_names(self.text))

    @property
    def versions(self) -> Iterator[tuple[Range, Node, Snippet]]:
        """The texts for all kernels, each with its kernels and its own node; this one where it is alone."""
        for kernels, item in self.node.versions:
            yield kernels, item, self if item is self.node else self._version(item, self.node)

    @classmethod
    def of(cls, node: Node) -> Snippet:
        """From a value that the schema calls a snippet: the version for the node's kernel."""
        if (chosen := node.chosen) is None:
            at = node.key_at
            return cls("", at, node.document.source(at.line), node)
        return cls._version(chosen, node)

    @classmethod
    def under(cls, node: Node, key: str) -> Snippet | None:
        """From an optional key."""
        item = node.get(key)
        return None if item is None else cls.of(item)

    @classmethod
    def _version(cls, item: Node, node: Node) -> Snippet:
        """From one of the texts that a key has for its kernels."""
        text, document = str(item.value), item.document
        blank = len(text) - len(text.lstrip("\n"))
        text = text.strip("\n")
        places = (document.scalar_line(item.path, blank + n) for n in range(text.count("\n") + 1))
        (at, source), *rows = ((at, document.source(at.line)) for at in places)
        return cls(text, at, source, node, tuple(rows))
