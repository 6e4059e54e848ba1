# SPDX-License-Identifier: GPL-2.0-only
"""Where the author's C comes out, so that what a compiler says of it can be shown in the spec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from kiter.lower.scene import Scene
from kiter.output import SnippetUse
from kiter.spec.node import Node
from kiter.spec.snippet import Code, substitute


def uses(scene: Scene) -> tuple[SnippetUse, ...]:
    """Every snippet of the target, as the functions that hold it spell it."""
    found: dict[SnippetUse, None] = {}
    for case in scene.cases:
        if case.flag:
            found[SnippetUse(case.flag, case.name.at, case.name.source)] = None
    parts = (scene.it.refusals, scene.it.fields, scene.it.tests, scene.cases)
    for code in _codes(parts):
        if (snippet := code.on(scene.profile.number)) is None:
            continue
        for names in (scene.scope.in_next, scene.scope.in_new, {}):
            emitted = substitute(snippet.text, names)
            found[SnippetUse(emitted, snippet.at, snippet.source, snippet.rows)] = None
    return tuple(found)


def _codes(value: object) -> Iterator[Code]:
    """Every snippet below a part of the model."""
    if isinstance(value, Code):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _codes(item)
    elif is_dataclass(value) and not isinstance(value, Node):
        for field in fields(value):
            yield from _codes(getattr(value, field.name))
