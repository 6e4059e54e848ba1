# SPDX-License-Identifier: GPL-2.0-only
"""new(): empties the iterator, refuses what it must, takes what the walk needs, and begins.

The order is the contract: next() and destroy() are called whatever new() returns (kernel/bpf/verifier.c,
is_iter_reg_valid_uninit(), 6.4 and later), so the iterator is empty before the first error return.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import assign, declare, guarded, indented, prototype, spaced
from kiter.lower.failures import failures
from kiter.lower.kernel import acquire, kernel_doc, range_checks
from kiter.lower.kernel.function import Kfunc
from kiter.lower.kernel.steps import Steps
from kiter.spec.case import Case
from kiter.spec.expression import negated
from kiter.spec.refusal import Refusal
from kiter.spec.walk import Native

CONSTANTS = {"NULL", "false"}
EMPTY_FIRST = "/* next() and destroy() are called even when this fails */"
REFUSED_IN = {"irqs_off": "irqs_disabled()", "nmi": "in_nmi()"}


def function(ctx: LoweringContext) -> Kfunc:
    """The kfunc bpf_iter_X_new()."""
    head = prototype("int", names.function(ctx.it, "new"), parameters(ctx), "__bpf_kfunc")
    taken = acquire.acquisition(ctx)
    blocks = (
        (*ctx.kit, *sorted(taken.locals, key=len, reverse=True)),
        _asserts(ctx),
        (EMPTY_FIRST, *ctx.state.live.clear) if failures(ctx) else (),
        _refuse(ctx, ctx.it.refusals, 1),
        range_checks.counted(ctx),
        () if ctx.it.select else _demands(ctx, ctx.cases[0]),
        *range_checks.flags(ctx),
        _contexts(ctx),
        _switch(ctx),
        tuple(taken.lines),
        (*_begin(ctx), "return 0;"),
    )
    way_out = ("", *taken.way_out()) if taken.goes else ()
    return Kfunc(kernel_doc.new(ctx), head, (*indented(spaced(blocks)), *way_out))


def parameters(ctx: LoweringContext) -> tuple[str, ...]:
    """The parameters of new(), the iterator first."""
    given = (declare(a.type, names.parameter(a, ctx.profile)) for a in ctx.it.arguments)
    return (f"struct bpf_iter_{ctx.it.name} *it", *given)


def _asserts(ctx: LoweringContext) -> tuple[str, ...]:
    """An open struct is itself, so there is nothing to compare."""
    if ctx.it.place.open:
        return ()
    return (
        "BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));",
        "BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));",
    )


def _refuse(ctx: LoweringContext, refusals: Iterable[Refusal], inside: int) -> tuple[str, ...]:
    lines: list[str] = []
    for refusal in refusals:
        lines += guarded(ctx.scope.new(refusal.when), f"return -{refusal.errno};", inside)
    return tuple(lines)


def _contexts(ctx: LoweringContext) -> tuple[str, ...]:
    """What the verifier does not know of a program: the context it happens to run in."""
    lines: list[str] = []
    for what, errno in ctx.it.context.refuse:
        lines += guarded(REFUSED_IN[what], f"return -{errno};")
    return tuple(lines)


def _demands(ctx: LoweringContext, case: Case) -> tuple[str, ...]:
    """What one case refuses."""
    lines: list[str] = []
    for name in case.requires:
        lines += [f"if (!{ctx.scope.in_new[name]})", "\treturn -EINVAL;"]
    lines += _refuse(ctx, case.refusals, ctx.scope.inside)
    if start := ctx.start(case):
        lines += guarded(negated(ctx.scope.new(start.linked)), f"return -{start.errno};", ctx.scope.inside)
    return tuple(lines)


def _values(ctx: LoweringContext, walk: Steps) -> dict[str, str]:
    """Every field that new() must store for one walk, with its value."""
    kept = {a.name: names.parameter(a, ctx.profile) for a in ctx.it.arguments if a.keep}
    kept |= {r.name: r.name for r in ctx.it.resources if ctx.state.has(r.name) and not r.inline}
    own = {f.name: ctx.scope.new(f.init) for f in ctx.it.fields if f.init is not None}
    flag = {ctx.it.select: ctx.it.select} if ctx.it.select else {}
    live = {ctx.state.live.flag: "true"} if ctx.state.live.flag else {}
    return kept | own | flag | live | dict(walk.stores)


def _shared(ctx: LoweringContext) -> dict[str, str]:
    """The stores that are the same in every case that needs them, so that one does for all."""
    every = [_values(ctx, walk) for walk in ctx.walks]
    shared: dict[str, str] = {}
    for field in ctx.state.fields:
        given = [values[field.name] for values in every if field.name in values]
        everywhere = bool(given) and (len(given) == len(every) or given[0] in CONSTANTS)
        if len(set(given)) == 1 and everywhere:
            shared[field.name] = given[0]
    return shared


def _stores(ctx: LoweringContext, values: dict[str, str], inside: int = 1) -> tuple[str, ...]:
    """The stores in the order of the struct, those that read another field last."""
    base = ctx.state.base
    wanted = [f.name for f in ctx.state.fields if f.name in values]
    wanted.sort(key=lambda name: values[name].startswith(base))
    return tuple(line for name in wanted for line in _store(f"{base}{name}", values[name], inside))


def _store(field: str, value: str, inside: int) -> tuple[str, ...]:
    """One store; a value of several lines is as its author laid it out."""
    return tuple(f"{field} = {value};".split("\n")) if "\n" in value else assign(field, value, inside)


def _begin(ctx: LoweringContext) -> tuple[str, ...]:
    """The stores of every case, and what makes an allocated state the iterator's."""
    it, walk, memory = ctx.it, ctx.cases[0].walk, ctx.state.memory
    lines = list(_stores(ctx, _shared(ctx)))
    if it.lifetime == "snapshot":
        copy = ctx.scope.field(walk.name)
        lines.append(f"memset(&{copy}, 0, sizeof({copy}));")
    if memory is not None:
        lines.append(f"kit->{memory.name} = {memory.name};")
    if isinstance(walk, Native):
        lines.append(f"{ctx.scope.new(walk.start)};")
    return tuple(lines)


def _arm(ctx: LoweringContext, case: Case, walk: Steps) -> tuple[str, ...]:
    """What new() does for one flag value, beyond what it does for all."""
    shared = _shared(ctx)
    own = {name: value for name, value in _values(ctx, walk).items() if name not in shared}
    return (*_demands(ctx, case), *_stores(ctx, own, ctx.scope.inside))


def _switch(ctx: LoweringContext) -> tuple[str, ...]:
    """Accepts the flag values there are; neighbours that need the same share an arm."""
    if not ctx.it.select:
        return ()
    arms = [(_arm(ctx, case, walk), case.flag) for case, walk in zip(ctx.cases, ctx.walks, strict=True)]
    lines = [f"switch ({ctx.it.select}) {{"]
    for body, group in groupby(arms, key=lambda arm: arm[0]):
        lines += [f"case {flag}:" for _, flag in group]
        lines += indented((*body, "break;"))
    return (*lines, "default:", "\treturn -EINVAL;", "}")
