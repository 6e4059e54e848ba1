# SPDX-License-Identifier: GPL-2.0-only
"""The same kfuncs as a module: what the compile check compiles and what a prototype loads."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower import kfuncs, registration
from kiter.lower.scene import Scene

COMMON = ("unspec",)  # the common set serves every program type: kernel/bpf/helpers.c, kfunc_init()


@dataclass(frozen=True, slots=True)
class View:
    """`code` is what the kfuncs' view prints, without the set that a file of its own may hold."""

    includes: tuple[str, ...]
    guard: str
    code: kfuncs.View
    registration: tuple[str, ...]
    summary: str


def view(scene: Scene) -> View:
    """A complete translation unit, guarded as its Makefile line would guard it."""
    always = {"linux/bpf.h", "linux/btf.h", "linux/btf_ids.h", "linux/init.h", "linux/module.h"}
    return View(
        includes=tuple(sorted(always | set(scene.it.includes))),
        guard=scene.it.guard,
        code=kfuncs.view(scene),
        registration=registration.own_set(scene, scene.it.programs or COMMON),
        summary=scene.it.summary,
    )


