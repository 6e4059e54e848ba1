# SPDX-License-Identifier: GPL-2.0-only
"""Snippets of C as the rules read them: words, brackets, and places in the file."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.errors import Position
from kiter.spec.node import Node
from kiter.spec.snippet import TAGS, Snippet, tokens

PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Token:
    """One token and where it begins; `free` for an identifier that stands for itself."""

    kind: str
    text: str
    offset: int
    free: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Words:
    """A snippet's tokens without white space."""

    tokens: tuple[Token, ...]
    names: frozenset[str]

    def offset(self, name: str) -> int:
        """Where an identifier stands first; 0 when it does not occur."""
        return next((t.offset for t in self.tokens if t.free and t.text == name), 0)


def words(text: str) -> Words:
    """Cut C into tokens."""
    found: list[Token] = []
    offset, before = 0, ""
    for kind, token in tokens(text):
        if kind != "space":
            free = kind == "word" and before not in TAGS and before not in {"->", "."}
            found.append(Token(kind, token, offset, free))
            before = token
        offset += len(token)
    return Words(tuple(found), frozenset(t.text for t in found if t.free))


def unbalanced(found: Words) -> Token | None:
    """The first bracket that is not closed or was not opened, or quote that is left open."""
    opened: list[Token] = []
    for token in found.tokens:
        if token.text in {"(", "[", "{"}:
            opened.append(token)
        elif token.text in PAIRS:
            if not opened or opened.pop().text != PAIRS[token.text]:
                return token
        elif token.text in {'"', "'"}:
            return token
    return opened[0] if opened else None


def outside_brackets(found: Words, wanted: str) -> Token | None:
    """The first such token that no bracket encloses."""
    depth = 0
    for token in found.tokens:
        depth += (token.text in PAIRS.values()) - (token.text in PAIRS)
        if depth == 0 and token.text == wanted:
            return token
    return None


def place(node: Node, snippet: Snippet, offset: int) -> Position:
    """Where a character of a snippet stands in the file.

    YAML's escapes and folding may move text: then it is the beginning of the snippet.
    """
    if offset == 0:
        return snippet.at
    value = str(node.value)
    skipped = len(value) - len(value.lstrip("\n"))
    line = snippet.text.count("\n", 0, offset)
    column = offset - (snippet.text.rfind("\n", 0, offset) + 1)
    at = node.document.scalar_line(node.path, line + skipped)
    source = node.document.source(at.line)
    there = Position(at.file, at.line, at.column + column)
    word = snippet.text[offset : offset + 8].split("\n")[0]
    return there if source[there.column - 1 :].startswith(word) else snippet.at
