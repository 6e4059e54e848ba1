# SPDX-License-Identifier: GPL-2.0-only
"""Snippets of C as the rules read them: words, brackets, and places in the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from kiter.errors import Position
from kiter.spec.node import Node
from kiter.spec.snippet import TAGS, Snippet, tokens
from kiter.value_class import value_class

PAIRS = {")": "(", "]": "[", "}": "{"}


@value_class(eq=False)
class Token:
    """One token and where it begins; `free` for an identifier that stands for itself.

    `directive` says that it stands on a line for the preprocessor.
    """

    kind: str
    text: str
    offset: int
    free: bool
    directive: bool


@value_class(eq=False)
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
    offset, before, directive = 0, "", False
    for kind, token in tokens(text):
        if kind == "space":
            directive = directive and "\n" not in token
        else:
            directive = directive or token == "#"
            free = kind == "word" and before not in TAGS and before not in {"->", "."}
            found.append(Token(kind, token, offset, free and not directive, directive))
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


@value_class(eq=False)
class Call:
    """A call of a function by its name, and the tokens of each argument."""

    name: Token
    arguments: tuple[tuple[Token, ...], ...]


def calls(found: Words) -> Iterator[Call]:
    """Every call in the text; one whose parenthesis is not closed is none."""
    for i, (token, after) in enumerate(pairwise(found.tokens)):
        if token.free and after.text == "(":
            inside = _enclosed(found.tokens[i + 1 :])
            if inside is not None:
                yield Call(token, _split(inside))


def _enclosed(after: Sequence[Token]) -> tuple[Token, ...] | None:
    """The tokens between a first bracket and its counterpart."""
    depth = 0
    for i, token in enumerate(after):
        depth += (token.text in PAIRS.values()) - (token.text in PAIRS)
        if depth == 0:
            return tuple(after[1:i])
    return None


def _split(inside: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    """The arguments of a call."""
    if not inside:
        return ()
    found: list[list[Token]] = [[]]
    depth = 0
    for token in inside:
        depth += (token.text in PAIRS.values()) - (token.text in PAIRS)
        if token.text == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return tuple(tuple(argument) for argument in found)


def returns(found: Words) -> Iterator[tuple[Token, tuple[Token, ...]]]:
    """Every return, with the tokens of its value."""
    for i, token in enumerate(found.tokens):
        if token.text == "return":
            rest = found.tokens[i + 1 :]
            end = next((n for n, t in enumerate(rest) if t.text == ";"), len(rest))
            yield token, rest[:end]


def has_comment(found: Words) -> bool:
    """Whether there is a comment, which may end with its line."""
    return any(token.kind == "comment" for token in found.tokens)


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
