# SPDX-License-Identifier: GPL-2.0-only
"""The declarations for BPF programs, in bpf_experimental.h."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiter.fragment import Anchor, Fragment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import companions
from kiter.lower.placement import Placement
from kiter.spec.model import NO_HEADER

LIBBPF = "tools/lib/bpf/"
TRIO = ("new", "next", "destroy")


@dataclass(frozen=True, slots=True)
class View:
    """The iterator, and what programs call."""

    name: str
    prototypes: tuple[str, ...]


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """What joins the header; nothing where no header declares it."""
    if home(ctx) == NO_HEADER:
        return
    declared = (*(names.function(ctx.it, what) for what in TRIO), *(c.name for c in ctx.it.companions))
    fragment = Fragment(home(ctx), Anchor.AMONG_DECLARATIONS, (), names=declared)
    yield Placement(fragment, View(ctx.it.name, prototypes(ctx)), lines="kernel/declarations.h.j2")


def in_tests(ctx: LoweringContext) -> tuple[str, ...]:
    """What the tests must declare themselves: all that no header does which they include."""
    included = home(ctx) == ctx.profile.experimental or home(ctx).startswith(LIBBPF)
    return () if included else prototypes(ctx)


def prototypes(ctx: LoweringContext) -> tuple[str, ...]:
    """What programs call, new() first, without the suffixes that only the kernel needs."""
    it = ctx.it
    handle = f"struct bpf_iter_{it.name} *it"
    given = (handle, *(declare(a.type, a.name) for a in it.arguments if not a.implicit))
    return (
        _prototype("int", names.function(it, "new"), given),
        _prototype(it.element, names.function(it, "next"), (handle,)),
        _prototype("void", names.function(it, "destroy"), (handle,)),
        *(_prototype(c.gives, c.name, companions.parameters(ctx, c, "it")) for c in it.companions),
    )


def _prototype(ctype: str, name: str, parameters: tuple[str, ...]) -> str:
    return f"{declare(ctype, name)}({', '.join(parameters)})"


def home(ctx: LoweringContext) -> str:
    """The header that declares the kfuncs to BPF programs, or NO_HEADER."""
    return ctx.it.place.declarations or ctx.profile.experimental
