# SPDX-License-Identifier: GPL-2.0-only
"""Where the author's C comes out, so that what a compiler says of it can be shown in the spec."""

from __future__ import annotations

from kiter.lower.needs import codes
from kiter.lower.scene import Scene
from kiter.output import SnippetUse
from kiter.spec.snippet import substitute


def uses(scene: Scene) -> tuple[SnippetUse, ...]:
    """Every snippet of the target, as the functions that hold it spell it."""
    found: dict[SnippetUse, None] = {}
    for case in scene.cases:
        if case.flag:
            found[SnippetUse(case.flag, case.name.at, case.name.source)] = None
    it = scene.it
    parts = (it.refusals, it.helpers, it.resources, it.held, it.lock, it.fields, it.tests, it.companions)
    for code in codes((parts, scene.cases)):
        if (snippet := code.on(scene.profile.number)) is None:
            continue
        for names in (scene.scope.in_next, scene.scope.in_new, {}):
            emitted = substitute(snippet.text, names)
            found[SnippetUse(emitted, snippet.at, snippet.source, snippet.rows)] = None
    return tuple(found)
