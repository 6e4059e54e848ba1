# SPDX-License-Identifier: GPL-2.0-only
"""Further kfuncs that take the iterator.

A program may call them on an iterator whose new() has failed (kernel/bpf/verifier.c,
process_iter_arg(), 6.12), so each looks whether it is live first.
"""

from __future__ import annotations

from kiter.layout.authored import statements
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, indented, prototype, spaced
from kiter.lower.kernel import kernel_doc
from kiter.lower.kernel.function import Kfunc
from kiter.lower.names import HANDLE
from kiter.spec.companion import Companion
from kiter.spec.snippet import Snippet


def functions(ctx: LoweringContext) -> tuple[Kfunc, ...]:
    """Each companion of the target, in the order of the spec."""
    return tuple(_function(ctx, companion) for companion in ctx.it.companions)


def parameters(ctx: LoweringContext, companion: Companion, handle: str = HANDLE) -> tuple[str, ...]:
    """The parameters, the iterator among them."""
    own = tuple(declare(p.type, p.name) for p in companion.parameters)
    iterator = f"struct bpf_iter_{ctx.it.name} *{handle}"
    return (*own, iterator) if companion.last else (iterator, *own)


def _function(ctx: LoweringContext, companion: Companion) -> Kfunc:
    head = prototype(companion.gives, companion.name, parameters(ctx, companion), "__bpf_kfunc")
    kit = tuple(line.replace("(void *)it;", f"(void *){HANDLE};") for line in ctx.kit)
    empty = f"return {_spelled(ctx, companion, companion.empty)};" if companion.empty else "return;"
    dead = _handled(ctx, ctx.state.live.dead)
    body = (kit, (f"if ({dead})", f"\t{empty}"), _work(ctx, companion))
    return Kfunc(kernel_doc.companion(ctx, companion), head, indented(spaced(body)))


def _work(ctx: LoweringContext, companion: Companion) -> tuple[str, ...]:
    lines: tuple[str, ...] = ()
    if companion.do is not None:
        lines = statements(_spelled(ctx, companion, companion.do))
    if companion.result is not None:
        lines = (*lines, f"return {_spelled(ctx, companion, companion.result)};")
    return lines


def _spelled(ctx: LoweringContext, companion: Companion, snippet: Snippet) -> str:
    own = {p.name: p.name for p in companion.parameters}
    return _handled(ctx, ctx.scope.next(snippet, **own))


def _handled(ctx: LoweringContext, text: str) -> str:
    """The open struct is called by the name that the verifier wants."""
    return text.replace("it->", f"{HANDLE}->") if ctx.it.place.open else text
