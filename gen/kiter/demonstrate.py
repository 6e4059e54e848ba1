# SPDX-License-Identifier: GPL-2.0-only
"""Programs that only a prototype gets: they show its walks, or set them against the kernel's own."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from kiter.lower import against, show
from kiter.lower.scene import scene
from kiter.render import render
from kiter.spec.iterator import Iterator
from kiter.target.profile import Profile


@dataclass(frozen=True, slots=True)
class Pair:
    """A BPF program and the user-space test that runs it, both called `name`."""

    name: str
    program: str
    test: str


def showing(it: Iterator, profile: Profile) -> Pair | None:
    """The programs that print the first elements; None where user space has no picture of them."""
    view = show.view(scene(it, profile))
    if view is None:
        return None
    return Pair(view.name, render("prototype/show.bpf.c.j2", view), render("prototype/show.c.j2", view))


def comparing(it: Iterator, profile: Profile, own: str, known: Container[str]) -> Pair | None:
    """The programs that compare with the kernel's iterator `own`; None where there is nothing to compare.

    `known` are the flags that the kernel has.
    """
    view = against.view(scene(it, profile), own, known)
    if view is None:
        return None
    return Pair(view.name, render("prototype/against.bpf.c.j2", view), render("prototype/against.c.j2", view))
