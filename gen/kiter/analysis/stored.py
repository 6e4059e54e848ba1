# SPDX-License-Identifier: GPL-2.0-only
"""What the functions behind new() name, and so must find in the state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from kiter.spec.model import Spec
from kiter.spec.node import Node
from kiter.spec.release import Release
from kiter.spec.resource import Resource
from kiter.spec.snippet import Code
from kiter.spec.walk import Native, start_of


def kept_resources(it: Spec, release: Release) -> tuple[Resource, ...]:
    """The resources that new() stores: what is given back later, and what a later function names."""
    named = _named_later(it, release)
    return tuple(r for r in it.resources if r.held or r.name in named)


def codes(value: object) -> Iterator[Code]:
    """Every snippet below a part of the model."""
    if isinstance(value, Code):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from codes(item)
    elif is_dataclass(value) and not isinstance(value, Node):
        for field in fields(value):
            yield from codes(getattr(value, field.name))


def _named_later(it: Spec, release: Release) -> frozenset[str]:
    names: set[str] = set()
    for code in _later(it, release):
        if (snippet := code.on(release)) is not None:
            names |= snippet.names()
    return frozenset(names)


def _later(it: Spec, release: Release) -> Iterator[Code]:
    """The snippets that run after new(): all of the walks' but those that begin them."""
    yield from codes((it.held, it.lock, it.companions))
    for resource in it.resources:
        yield from codes(resource.put)
    for case in it.on(release):
        early = {id(code) for code in codes(start_of(case.walk))}
        early |= {id(case.walk.start)} if isinstance(case.walk, Native) else set()
        yield from (code for code in codes(case.walks) if id(code) not in early)
