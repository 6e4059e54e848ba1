# SPDX-License-Identifier: GPL-2.0-only
"""One iterator and one target to all its outputs: lower, then render."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kiter.lower import btf_ids, declarations, kfuncs, makefile, module, names, types
from kiter.lower.scene import Scene, scene
from kiter.output import Kind, Output, Rendered, SnippetUse
from kiter.render import render
from kiter.spec import iterator
from kiter.target.profile import Profile

Lower = Callable[[Scene], Any]
Place = Callable[[Scene], str]


def _beside(attribute: str, ending: str) -> Place:
    return lambda s: names.fragment(getattr(s.profile, attribute), s.it, ending)


def _kfuncs_path(s: Scene) -> str:
    return names.fragment(s.it.file, s.it, ".c") if s.it.file else names.own_file(s.it)


OUTPUTS: tuple[tuple[Kind, Lower, str, Place], ...] = (
    (Kind.KFUNCS, kfuncs.view, "kernel/kfuncs.c.j2", _kfuncs_path),
    (Kind.BTF_IDS, btf_ids.view, "kernel/btf_ids.c.j2", _beside("common_file", ".c")),
    (Kind.MAKEFILE, makefile.view, "kernel/makefile.j2", _beside("makefile", ".mk")),
    (Kind.DECLARATIONS, declarations.view, "kernel/declarations.h.j2", _beside("experimental", ".h")),
)


def generate(it: iterator.Iterator, profile: Profile) -> Rendered:
    """Every output of an iterator that has passed the linter, for one kernel."""
    made = scene(it, profile)
    return Rendered(
        spec=it.node.document.name,
        iterator=it.name,
        target=profile.release,
        guard=it.guard,
        outputs=tuple(_outputs(made)),
        unit=render("prototype/module.c.j2", module.view(made)),
        types=render("prototype/types.h.j2", types.view(made)),
        snippets=tuple(_snippets(made)),
    )


def _outputs(made: Scene) -> Iterator[Output]:
    for kind, lower, template, place in OUTPUTS:
        if (view := lower(made)) is not None:
            yield Output(kind, place(made), render(template, view))


def _snippets(made: Scene) -> Iterator[SnippetUse]:
    """What the author wrote in C, as both functions spell it."""
    for case in made.cases:
        if case.flag:
            yield SnippetUse(case.flag, case.name.at, case.name.source)
