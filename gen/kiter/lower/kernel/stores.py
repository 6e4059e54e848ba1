# SPDX-License-Identifier: GPL-2.0-only
"""What new() stores in the state."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import acquire
from kiter.lower.kernel.sources import Value
from kiter.lower.kernel.walks import stores
from kiter.spec.case import Case
from kiter.spec.resource import Buffer
from kiter.value_class import value_class

CONSTANTS = {"NULL", "false"}


@value_class
class Store:
    """A field of the state and its value."""

    field: str
    value: str


def for_all(ctx: LoweringContext) -> tuple[Store, ...]:
    """The stores that every case needs."""
    return _ordered(ctx, _shared(ctx))


def own(ctx: LoweringContext, case: Case) -> tuple[Store, ...]:
    """The stores that one case needs beside these."""
    shared = _shared(ctx)
    return _ordered(ctx, {name: v for name, v in _values(ctx, case).items() if name not in shared})


def _values(ctx: LoweringContext, case: Case) -> dict[str, Value]:
    """Every field that new() must store for one case."""
    kept = {a.name: Value(names.parameter(a, ctx.profile)) for a in ctx.it.arguments if a.keep}
    taken = (r for r in ctx.it.taken if not (isinstance(r, Buffer) and r.inline))
    kept |= {r.name: Value(r.name) for r in taken if ctx.state.has(r.name)}
    kept |= {r.name: Value(ctx.scope.new(r.get)) for r in (acquire.stored_at_once(ctx),) if r}
    given = {f.name: Value(ctx.scope.new(f.init)) for f in ctx.it.fields if f.init is not None}
    flag = {ctx.it.select: Value(ctx.it.select)} if ctx.it.select else {}
    live = {flag: Value("true") for flag in ctx.state.liveness.flags}
    return kept | given | flag | live | stores(ctx, case.walk)


def _shared(ctx: LoweringContext) -> dict[str, Value]:
    """The stores that are the same in every case that needs them, so that one does for all."""
    every = [_values(ctx, case) for case in ctx.cases]
    shared: dict[str, Value] = {}
    for field in ctx.state.fields:
        given = [values[field.name] for values in every if field.name in values]
        everywhere = bool(given) and (len(given) == len(every) or given[0].c in CONSTANTS)
        if len(set(given)) == 1 and everywhere:
            shared[field.name] = given[0]
    return shared


def _ordered(ctx: LoweringContext, values: Mapping[str, Value]) -> tuple[Store, ...]:
    """In the order of the struct, those that read another field last."""
    wanted = [field.name for field in ctx.state.fields if field.name in values]
    wanted.sort(key=lambda name: values[name].late)
    return tuple(Store(ctx.scope.field(name), values[name].c) for name in wanted)
