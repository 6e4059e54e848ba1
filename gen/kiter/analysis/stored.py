# SPDX-License-Identifier: GPL-2.0-only
"""What the functions behind new() name, and so must find in the state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from kiter.spec.model import Spec
from kiter.spec.node import Node
from kiter.spec.resource import Taken
from kiter.spec.snippet import Snippet
from kiter.spec.walk import Native, start_of


def kept_resources(it: Spec) -> tuple[Taken, ...]:
    """The resources that new() stores: what is released later, and what a later function names."""
    named = frozenset(name for snippet in _later(it) for name in snippet.names())
    return tuple(r for r in it.taken if r.held or r.name in named)


def snippets(value: object) -> Iterator[Snippet]:
    """Every snippet below a part of the model."""
    if isinstance(value, Snippet):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from snippets(item)
    elif is_dataclass(value) and not isinstance(value, Node):
        for field in fields(value):
            yield from snippets(getattr(value, field.name))


def _later(it: Spec) -> Iterator[Snippet]:
    """The snippets that run after new(): all of the walks' but those that begin them."""
    yield from snippets((it.held, it.locks, it.companions))
    for resource in it.resources:
        yield from snippets(resource.put)
    for case in it.cases:
        early = {id(snippet) for snippet in snippets(start_of(case.walk))}
        early |= {id(case.walk.start)} if isinstance(case.walk, Native) else set()
        yield from (snippet for snippet in snippets(case.walks) if id(snippet) not in early)
