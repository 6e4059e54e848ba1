# SPDX-License-Identifier: GPL-2.0-only
"""The static functions that a spec brings along."""

from __future__ import annotations

from typing import ClassVar

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.view_class import view_class
from kiter.spec.helper import Helper
from kiter.spec.snippet import substitute


@view_class()
class Function:
    """The author's own statements."""

    template: ClassVar = "kernel/helper.c.j2"
    doc: str
    gives: str
    name: str
    parameters: tuple[str, ...]
    body: str


def functions(ctx: LoweringContext) -> tuple[Function, ...]:
    """Each helper of the target, in the order of the spec, but for the filter of the set."""
    return tuple(_function(ctx, helper) for helper in ctx.it.helpers if helper.name != ctx.it.place.filter)


def set_filter(ctx: LoweringContext) -> Function | None:
    """The helper that is the filter of the set, which stands behind the ids that it looks at."""
    found = (helper for helper in ctx.it.helpers if helper.name == ctx.it.place.filter)
    return next((_function(ctx, helper) for helper in found), None)


def _function(ctx: LoweringContext, helper: Helper) -> Function:
    own = {name: name for name, _ in helper.takes}
    return Function(
        doc=helper.doc,
        gives=helper.gives,
        name=names.function(ctx.it, helper.name),
        parameters=tuple(declare(ctype, name) for name, ctype in helper.takes),
        body=substitute(helper.body.text, {**names.helpers(ctx.it), **own}),
    )
