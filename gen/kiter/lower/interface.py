# SPDX-License-Identifier: GPL-2.0-only
"""What BPF programs see of an iterator, as facts: what the templates of the kernel's code spell out."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.analysis.state import WORD, Field
from kiter.btf.types import Function, Member, Parameter, Struct
from kiter.interface import Interface, Kfunc
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import declarations, references, registration
from kiter.regex import regex
from kiter.spec.companion import Companion
from kiter.spec.enumerators import numbers
from kiter.spec.model import NO_HEADER

_CONSTANT = regex(r"\b[A-Z]\w+")


def interface(ctx: LoweringContext) -> Interface:
    """The interface on one kernel."""
    defined = {flag: n for a in ctx.it.arguments for flag, n in numbers(a).items()}
    accepted = tuple(value.flag for a in ctx.it.arguments for value in a.values)
    flags = (flag.flag for a in ctx.it.arguments for flag in a.flags)
    used = {word for flag in flags for word in _CONSTANT.findall(flag)}
    return Interface(
        kfuncs=(*_trio(ctx), *_references(ctx), *(_companion(ctx, c) for c in ctx.it.companions)),
        declared=() if declarations.home(ctx) == NO_HEADER else declarations.prototypes(ctx)[:3],
        struct=struct(ctx),
        enumerators=defined,
        accepted=accepted,
        uses=frozenset(used - defined.keys()),
        target=_target(ctx),
    )


def _handle(ctx: LoweringContext, name: str = "it") -> Parameter:
    return Parameter(name, f"struct bpf_iter_{ctx.it.name} *")


def _trio(ctx: LoweringContext) -> Iterator[Kfunc]:
    handle = _handle(ctx)
    given = tuple(Parameter(names.parameter(a, ctx.profile), a.type) for a in ctx.it.arguments)
    takes = {"new": (handle, *given), "next": (handle,), "destroy": (handle,)}
    gives = {"new": "int", "next": ctx.it.element, "destroy": "void"}
    for what, flags in registration.flags_of(ctx).items():
        yield _kfunc(Function(names.function(ctx.it, what), gives[what], takes[what]), flags)


def _target(ctx: LoweringContext) -> Function | None:
    """The function of SEC("iter/...")."""
    if (seq := ctx.it.seq) is None:
        return None
    shown = (Parameter(one.name, one.type) for one in seq.shows)
    given = (Parameter("meta", "struct bpf_iter_meta *"), *shown)
    return Function(f"bpf_iter_{seq.target}", "int", given)


def _references(ctx: LoweringContext) -> Iterator[Kfunc]:
    """The kfuncs that take a reference and release it."""
    flags = registration.reference_flags(ctx)
    return (_kfunc(prototype, flags[prototype.name]) for prototype in references.prototypes(ctx))


def _companion(ctx: LoweringContext, companion: Companion) -> Kfunc:
    own = tuple(Parameter(p.name, p.type) for p in companion.parameters)
    handle = (_handle(ctx, names.HANDLE),)
    takes = own + handle if companion.last else handle + own
    prototype = Function(companion.name, companion.gives, takes)
    return _kfunc(prototype, registration.companion_flags(ctx, companion))


def _kfunc(prototype: Function, flags: tuple[str, ...]) -> Kfunc:
    """One whose kernel-doc describes all its arguments."""
    return Kfunc(prototype, flags, tuple(p.name for p in prototype.parameters))


def struct(ctx: LoweringContext) -> Struct:
    """The struct on the program's stack."""
    name = f"bpf_iter_{ctx.it.name}"
    if ctx.it.place.open:
        return _open(name, ctx.state.fields)
    words = ctx.state.words
    return Struct(name, words * WORD, WORD, (Member("__opaque", f"__u64[{words}]", 0),))


def _open(name: str, fields: tuple[Field, ...]) -> Struct:
    """The fields in their order, each aligned to its own size as C does it."""
    members: list[Member] = []
    size, alignment = 0, 1
    for field in fields:
        each = min(field.size, WORD)
        alignment = max(alignment, each)
        size = _rounded(size, each)
        members.append(Member(field.name, field.type, 8 * size))
        size += field.size
    return Struct(name, _rounded(size, alignment), alignment, tuple(members))


def _rounded(size: int, to: int) -> int:
    return -(-size // to) * to
