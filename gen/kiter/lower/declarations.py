# SPDX-License-Identifier: GPL-2.0-only
"""The declarations for BPF programs, in bpf_experimental.h."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import companions, names
from kiter.lower.ctext import comment, declare, prototype
from kiter.lower.scene import Scene

KSYM = ") __weak __ksym;"


@dataclass(frozen=True, slots=True)
class View:
    """`declarations` are the three prototypes, broken where they must be."""

    place: tuple[str, ...]
    name: str
    declarations: tuple[str, ...]


def view(scene: Scene) -> View:
    """The declarations of what programs call, arguments without the suffixes that only the kernel needs."""
    it = scene.it
    handle = f"struct bpf_iter_{it.name} *it"
    given = (handle, *(declare(a.type, a.name) for a in it.arguments if not a.implicit))
    lines = (
        *prototype("int", names.function(it, "new"), given, "", KSYM),
        *prototype(it.element, names.function(it, "next"), (handle,), "", KSYM),
        *prototype("void", names.function(it, "destroy"), (handle,), "", KSYM),
        *(
            line
            for c in it.companions
            for line in prototype(c.gives, c.name, companions.parameters(scene, c, "it"), "", KSYM)
        ),
    )
    return View(comment(f"Joins {home(scene)}, before its #endif."), it.name, lines)


def home(scene: Scene) -> str:
    """The header that declares the kfuncs to BPF programs."""
    return scene.it.place.declarations or scene.profile.experimental
