# SPDX-License-Identifier: GPL-2.0-only
"""The static functions that a spec brings along."""

from __future__ import annotations

from kiter.layout.authored import statements
from kiter.layout.columns import comment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, indented, prototype
from kiter.lower.kernel.function import Function
from kiter.spec.helper import Helper
from kiter.spec.snippet import substitute


def functions(ctx: LoweringContext) -> tuple[Function, ...]:
    """Each helper of the target, in the order of the spec."""
    return tuple(_function(ctx, helper) for helper in ctx.it.helpers)


def _function(ctx: LoweringContext, helper: Helper) -> Function:
    parameters = tuple(declare(ctype, name) for name, ctype in helper.takes) or ("void",)
    head = prototype(helper.gives, names.function(ctx.it, helper.name), parameters, "static")
    own = {name: name for name, _ in helper.takes}
    spelled = {**names.helpers(ctx.it), **own}
    body = statements(substitute(helper.body.text, spelled))
    return Function(_comment(helper.doc), head, indented(body))


def _comment(text: str) -> tuple[str, ...]:
    """A line as it is; what needs more is a sentence."""
    line = comment(text)
    return line if len(line) == 1 else comment(f"{text[:1].upper()}{text[1:]}.")
