# SPDX-License-Identifier: GPL-2.0-only
"""Programs that only a prototype gets: they show its walks, or compare them with the kernel's own."""

from __future__ import annotations

from collections.abc import Container

from kiter.lower.context import lowering_context
from kiter.lower.prototype import compare, show
from kiter.render import render
from kiter.spec.model import Spec
from kiter.target.profile import Profile
from kiter.value_class import value_class


@value_class
class Pair:
    """A BPF program and the user-space test that runs it, both called `name`."""

    name: str
    program: str
    test: str


def showing(it: Spec, profile: Profile) -> Pair:
    """The programs that print the first elements."""
    view = show.view(lowering_context(it, profile))
    return Pair(view.name, render("prototype/show.bpf.c.j2", view), render("prototype/show.c.j2", view))


def comparing(it: Spec, profile: Profile, own: str, known: Container[str]) -> Pair | None:
    """The programs that compare with the kernel's iterator `own`; None where there is nothing to compare.

    `known` are the flags that the kernel has.
    """
    view = compare.view(lowering_context(it, profile), own, known)
    if view is None:
        return None
    return Pair(view.name, render("prototype/compare.bpf.c.j2", view), render("prototype/compare.c.j2", view))
