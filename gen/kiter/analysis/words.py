# SPDX-License-Identifier: GPL-2.0-only
"""Which words a spec has: what its C may name is among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from kiter.regex import regex
from kiter.spec.model import Spec
from kiter.spec.node import Node
from kiter.spec.snippet import Snippet

_WORD = regex(r"[A-Za-z_]\w*")


def words(it: Spec) -> frozenset[str]:
    """Every word of what the author wrote: names of functions and types, and those of texts, too."""
    return frozenset(word for text in _texts(it) for word in _WORD.findall(text))


def _texts(part: object) -> Iterator[str]:
    """Every text below a part of the model."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Snippet):
        yield part.text
    elif isinstance(part, tuple):
        for item in part:
            yield from _texts(item)
    elif is_dataclass(part) and not isinstance(part, Node):
        for field in fields(part):
            yield from _texts(getattr(part, field.name))
