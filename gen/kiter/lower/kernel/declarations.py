# SPDX-License-Identifier: GPL-2.0-only
"""The declarations for BPF programs, in bpf_experimental.h."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.btf.types import Function, Parameter
from kiter.fragment import Anchor, Fragment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import references
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class
from kiter.spec.companion import Companion
from kiter.spec.model import NO_HEADER

LIBBPF = "tools/lib/bpf/"


@view_class()
class View:
    """The iterator, and what programs call."""

    name: str
    prototypes: tuple[Function, ...]


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """What joins the header; nothing where no header declares it."""
    if home(ctx) == NO_HEADER:
        return
    view = View(ctx.it.name, prototypes(ctx))
    declared = tuple(function.name for function in view.prototypes)
    fragment = Fragment(home(ctx), Anchor.AMONG_DECLARATIONS, (), names=declared)
    yield Placement(fragment, view, lines="kernel/declarations.h.j2")


def in_tests(ctx: LoweringContext) -> tuple[Function, ...]:
    """What the tests must declare themselves: all that no header does which they include."""
    included = home(ctx) == ctx.profile.experimental or home(ctx).startswith(LIBBPF)
    return () if included else prototypes(ctx)


def prototypes(ctx: LoweringContext) -> tuple[Function, ...]:
    """What programs call, new(), next() and destroy() first.

    Without the suffixes that only the kernel needs, and the arguments that the verifier supplies.
    """
    it = ctx.it
    handle = Parameter("it", f"struct bpf_iter_{it.name} *")
    given = (Parameter(a.name, a.type) for a in it.arguments if not a.implicit)
    return (
        Function(names.function(it, "new"), "int", (handle, *given)),
        Function(names.function(it, "next"), it.element, (handle,)),
        Function(names.function(it, "destroy"), "void", (handle,)),
        *references.prototypes(ctx),
        *(_companion(c, handle) for c in it.companions),
    )


def _companion(companion: Companion, handle: Parameter) -> Function:
    own = tuple(Parameter(p.name, p.type) for p in companion.parameters)
    takes = (*own, handle) if companion.last else (handle, *own)
    return Function(companion.name, companion.gives, takes)


def home(ctx: LoweringContext) -> str:
    """The header that declares the kfuncs to BPF programs, or NO_HEADER."""
    return ctx.it.place.declarations or ctx.profile.experimental
