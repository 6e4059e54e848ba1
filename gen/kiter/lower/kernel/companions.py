# SPDX-License-Identifier: GPL-2.0-only
"""Further kfuncs that take the iterator.

A program may call them on an iterator whose new() has failed (kernel/bpf/verifier.c,
process_iter_arg(), 6.12), so each looks whether it is live first.
"""

from __future__ import annotations

from typing import ClassVar

from kiter.analysis.stored import snippets
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import kernel_doc
from kiter.lower.kernel.empty import dead
from kiter.lower.kernel.kit import Kit, kit
from kiter.lower.kernel.scope import handled
from kiter.lower.names import HANDLE
from kiter.lower.view_class import view_class
from kiter.spec.companion import Companion
from kiter.spec.snippet import Snippet


@view_class()
class Kfunc:
    """A kfunc beside the three, which looks whether the iterator is live."""

    template: ClassVar = "kernel/companion.c.j2"
    doc: kernel_doc.OfCompanion  # its comment
    gives: str  # what it returns
    name: str  # of the function
    parameters: tuple[str, ...]  # with their types
    kit: Kit  # how it finds the state
    dead: str  # true for an iterator that is not live
    empty: str  # what it returns for one that is not, "" for nothing
    do: str  # statements to run, "" for none
    result: str  # what it returns for one that is, "" for nothing


def kfuncs(ctx: LoweringContext) -> tuple[Kfunc, ...]:
    """Each companion of the target, in the order of the spec."""
    return tuple(_kfunc(ctx, companion) for companion in ctx.it.companions)


def parameters(ctx: LoweringContext, companion: Companion, handle: str = HANDLE) -> tuple[str, ...]:
    """The parameters, the iterator among them."""
    own = tuple(declare(p.type, p.name) for p in companion.parameters)
    iterator = f"struct bpf_iter_{ctx.it.name} *{handle}"
    return (*own, iterator) if companion.last else (iterator, *own)


def _kfunc(ctx: LoweringContext, companion: Companion) -> Kfunc:
    scope = handled(ctx.it, ctx.state, HANDLE)
    own = {p.name: p.name for p in companion.parameters}
    read = frozenset(name for snippet in snippets(companion) for name in snippet.names())

    def spelled(snippet: Snippet | None) -> str:
        return scope.next(snippet, **own) if snippet is not None else ""

    return Kfunc(
        doc=kernel_doc.companion(ctx, companion),
        gives=companion.gives,
        name=companion.name,
        parameters=parameters(ctx, companion),
        kit=kit(ctx, HANDLE),
        dead=dead(ctx, scope, read),
        empty=spelled(companion.empty),
        do=spelled(companion.do),
        result=spelled(companion.result),
    )
