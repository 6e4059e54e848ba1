# SPDX-License-Identifier: GPL-2.0-only
"""Programs that only a prototype gets: they show its walks, or compare them with the kernel's own."""

from __future__ import annotations

from collections.abc import Container

from kiter.lower.context import lowering_context
from kiter.lower.prototype import compare, show
from kiter.lower.selftests.hosts import HOSTS, host
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


def showing(it: Spec, profile: Profile) -> Pair | None:
    """The programs that print the first elements; None where they would have to be attached first."""
    ctx = lowering_context(it, profile)
    if host(ctx) is not HOSTS["syscall"]:
        return None
    view = show.view(ctx)
    return Pair(view.name, render("prototype/show.bpf.c.j2", view), render("prototype/show.c.j2", view))


def comparing(it: Spec, profile: Profile, own: str, known: Container[str]) -> Pair | None:
    """The programs that compare with the kernel's iterator `own`; None where there is nothing to compare.

    `known` are the flags that the kernel has.
    """
    ctx = lowering_context(it, profile)
    view = compare.view(ctx, own, known) if host(ctx) is HOSTS["syscall"] else None
    if view is None:
        return None
    return Pair(view.name, render("prototype/compare.bpf.c.j2", view), render("prototype/compare.c.j2", view))
