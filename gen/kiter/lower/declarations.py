# SPDX-License-Identifier: GPL-2.0-only
"""The declarations for BPF programs, in bpf_experimental.h."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import companions, names
from kiter.lower.ctext import comment, declare, prototype
from kiter.lower.scene import Scene

KSYM = ") __weak __ksym;"
NONE = "none"  # no header: whoever calls them declares them
LIBBPF = "tools/lib/bpf/"


@dataclass(frozen=True, slots=True)
class View:
    """`declarations` are the three prototypes, broken where they must be."""

    place: tuple[str, ...]
    name: str
    declarations: tuple[str, ...]


def view(scene: Scene) -> View | None:
    """What joins the header; None where no header declares it."""
    if home(scene) == NONE:
        return None
    return View(comment(f"Joins {home(scene)}, before its #endif."), scene.it.name, lines(scene))


def in_tests(scene: Scene) -> tuple[str, ...]:
    """What the tests must declare themselves: all that no header does which they include."""
    included = home(scene) == scene.profile.experimental or home(scene).startswith(LIBBPF)
    return () if included else lines(scene)


def lines(scene: Scene) -> tuple[str, ...]:
    """The declarations of what programs call, arguments without the suffixes that only the kernel needs."""
    it = scene.it
    handle = f"struct bpf_iter_{it.name} *it"
    given = (handle, *(declare(a.type, a.name) for a in it.arguments if not a.implicit))
    return (
        *prototype("int", names.function(it, "new"), given, "", KSYM),
        *prototype(it.element, names.function(it, "next"), (handle,), "", KSYM),
        *prototype("void", names.function(it, "destroy"), (handle,), "", KSYM),
        *(
            line
            for c in it.companions
            for line in prototype(c.gives, c.name, companions.parameters(scene, c, "it"), "", KSYM)
        ),
    )


def home(scene: Scene) -> str:
    """The header that declares the kfuncs to BPF programs, or NONE."""
    return scene.it.place.declarations or scene.profile.experimental
