# SPDX-License-Identifier: GPL-2.0-only
"""The kfuncs that give programs a reference to an element, and take it back."""

from __future__ import annotations

from typing import ClassVar

from kiter.btf.types import Function, Parameter
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import kernel_doc
from kiter.lower.view_class import view_class
from kiter.spec.snippet import Snippet

POS = "pos"  # what both call the element


@view_class()
class Acquire:
    """Takes one, by the one of two expressions that is not ""."""

    template: ClassVar = "kernel/acquire.c.j2"
    doc: kernel_doc.OfReference  # its comment
    element: str  # the type of what it returns
    name: str  # of the function
    parameter: str  # with its type
    get: str  # always takes one
    tryget: str  # is false where there is none to take


@view_class()
class Release:
    """Releases it."""

    template: ClassVar = "kernel/put.c.j2"
    doc: kernel_doc.OfReference  # its comment
    name: str  # of the function
    parameter: str  # with its type
    put: str


def kfuncs(ctx: LoweringContext) -> tuple[Acquire | Release, ...]:
    """Both, or none."""
    if (reference := ctx.it.held.reference) is None:
        return ()
    element, parameter = ctx.it.element, declare(ctx.it.element, POS)
    get, tryget, put = (_spelled(ctx, one) for one in (reference.get, reference.tryget, reference.put))
    taken, given = kernel_doc.reference(ctx, reference)
    return (
        Acquire(taken, element, reference.acquire, parameter, get, tryget),
        Release(given, reference.release, parameter, put),
    )


def prototypes(ctx: LoweringContext) -> tuple[Function, ...]:
    """Both, as programs call them."""
    if (reference := ctx.it.held.reference) is None:
        return ()
    takes = (Parameter(POS, ctx.it.element),)
    return (
        Function(reference.acquire, ctx.it.element, takes),
        Function(reference.release, "void", takes),
    )


def _spelled(ctx: LoweringContext, snippet: Snippet | None) -> str:
    names = {ctx.cases[0].walk.name: POS, POS: POS}
    return ctx.scope.next(snippet, **names) if snippet is not None else ""
