# SPDX-License-Identifier: GPL-2.0-only
"""destroy(): right after a failed new(), a drained walk, and a break."""

from __future__ import annotations

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, guarded, indented, prototype, spaced
from kiter.lower.kernel import kernel_doc, release
from kiter.lower.kernel.function import Kfunc
from kiter.lower.kernel.locks import held
from kiter.lower.kernel.next import variables
from kiter.spec.walk import Counter, Index, Linked

Blocks = tuple[tuple[str, ...], ...]


def function(ctx: LoweringContext) -> Kfunc:
    """The kfunc bpf_iter_X_destroy()."""
    it = ctx.it
    head = prototype(
        "void", names.function(it, "destroy"), (f"struct bpf_iter_{it.name} *it",), "__bpf_kfunc"
    )
    return Kfunc(kernel_doc.destroy(ctx), head, indented(spaced(_blocks(ctx))))


def _blocks(ctx: LoweringContext) -> Blocks:
    if ctx.it.lifetime == "held":
        return _held(ctx)
    if isinstance(ctx.cases[0].walk, Linked):
        return _linked(ctx)
    if ctx.releases:
        live = f"kit->{ctx.state.live.field}"
        return (ctx.kit, (f"if ({live})", f"\t{ctx.scope.drain}"))
    lines = release.statements(ctx)
    if not lines:
        return ()
    if isinstance(ctx.cases[0].walk, Counter | Index):
        return (ctx.kit, lines)
    return ((*ctx.kit, *release.data(ctx)), (f"if ({ctx.empty})", "\treturn;"), lines)


def _held(ctx: LoweringContext) -> Blocks:
    element, walk = ctx.it.held, ctx.cases[0].walk
    assert element.put is not None
    cursor, start = ctx.scope.field(walk.name), names.start(ctx.it)
    if element.last is None:
        put = ctx.scope.next(element.put, **{walk.name: cursor, "pos": cursor})
        if not ctx.releases:
            return (ctx.kit, guarded(f"{cursor} && {cursor} != {start}", f"{put};"))
        held_one = guarded(f"{cursor} != {start}", f"{put};")
        return (ctx.kit, (f"if (!{cursor})", "\treturn;"), (*held_one, ctx.scope.drain))
    return _counted_down(ctx, cursor, start)


def _counted_down(ctx: LoweringContext, cursor: str, start: str) -> Blocks:
    """Where the count decides what becomes of the element, under the lock and behind it."""
    element, lock = ctx.it.held, held(ctx.it.lock, ctx.scope)
    assert element.put is not None and element.last is not None
    spelled = {ctx.cases[0].walk.name: "pos", "pos": "pos"}
    drop = f"last = {ctx.scope.next(element.put, **spelled)};"
    locked = (lock.take, drop, lock.drop) if lock else (drop,)
    last = guarded("last", f"{ctx.scope.next(element.last, **spelled)};")
    own = f"{declare(ctx.it.element, 'pos')} = {cursor};"
    variable = (*ctx.kit, own, *variables({"last": "bool"}, lock.locals if lock else {}))
    if not ctx.releases:
        return (variable, (f"if (!pos || pos == {start})", "\treturn;"), locked, last)
    block = (f"if (pos != {start}) {{", *indented((*locked, *last)), "}")
    return (variable, ("if (!pos)", "\treturn;"), block, (ctx.scope.drain,))


def _linked(ctx: LoweringContext) -> Blocks:
    walk = ctx.cases[0].walk
    assert isinstance(walk, Linked)
    lock = held(ctx.it.lock, ctx.scope)
    node = f"&{ctx.scope.next(walk.link)}"
    unlink = f"list_del_init({node});"
    lines = (lock.take, unlink, lock.drop) if lock else (unlink,)
    return (
        (*ctx.kit, *variables(lock.locals if lock else {})),
        (f"if ({ctx.state.live.test} || list_empty({node}))", "\treturn;"),
        lines,
        release.statements(ctx),
    )
