# SPDX-License-Identifier: GPL-2.0-only
"""The declarations for BPF programs, in bpf_experimental.h."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.layout.columns import comment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, prototype
from kiter.lower.kernel import companions
from kiter.spec.model import NO_HEADER

KSYM = ") __weak __ksym;"
LIBBPF = "tools/lib/bpf/"


@dataclass(frozen=True, slots=True)
class View:
    """`declarations` are the three prototypes, broken where they must be."""

    place: tuple[str, ...]
    name: str
    declarations: tuple[str, ...]


def view(ctx: LoweringContext) -> View | None:
    """What joins the header; None where no header declares it."""
    if home(ctx) == NO_HEADER:
        return None
    return View(comment(f"Joins {home(ctx)}, before its #endif."), ctx.it.name, lines(ctx))


def in_tests(ctx: LoweringContext) -> tuple[str, ...]:
    """What the tests must declare themselves: all that no header does which they include."""
    included = home(ctx) == ctx.profile.experimental or home(ctx).startswith(LIBBPF)
    return () if included else lines(ctx)


def lines(ctx: LoweringContext) -> tuple[str, ...]:
    """The declarations of what programs call, arguments without the suffixes that only the kernel needs."""
    it = ctx.it
    handle = f"struct bpf_iter_{it.name} *it"
    given = (handle, *(declare(a.type, a.name) for a in it.arguments if not a.implicit))
    return (
        *prototype("int", names.function(it, "new"), given, "", KSYM),
        *prototype(it.element, names.function(it, "next"), (handle,), "", KSYM),
        *prototype("void", names.function(it, "destroy"), (handle,), "", KSYM),
        *(
            line
            for c in it.companions
            for line in prototype(c.gives, c.name, companions.parameters(ctx, c, "it"), "", KSYM)
        ),
    )


def home(ctx: LoweringContext) -> str:
    """The header that declares the kfuncs to BPF programs, or NO_HEADER."""
    return ctx.it.place.declarations or ctx.profile.experimental
