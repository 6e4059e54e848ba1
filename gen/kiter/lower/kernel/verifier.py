# SPDX-License-Identifier: GPL-2.0-only
"""What the verifier must know of an iterator: who may call new(), and what else an element keeps valid."""

from __future__ import annotations

from collections.abc import Container, Iterator

from kiter.fragment import Anchor, Fragment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.placement import Placement
from kiter.lower.statement import Statement
from kiter.lower.view_class import view_class
from kiter.prose import listed
from kiter.spec.element import Pointer
from kiter.spec.model import Spec

# What is asked of a program, by the kind of program that is let in. BPF_TRACE_ITER is a type of attachment,
# which only programs for tracing have. A syscall program must be sleepable: bpf_check_attach_target(),
# kernel/bpf/verifier.c.
_TESTS = {
    "lsm": "prog_type == BPF_PROG_TYPE_LSM",
    "iter": "prog_type == BPF_PROG_TYPE_TRACING && env->prog->expected_attach_type == BPF_TRACE_ITER",
    "syscall": "prog_type == BPF_PROG_TYPE_SYSCALL",
    "struct_ops": "prog_type == BPF_PROG_TYPE_STRUCT_OPS",
    "sleepable": "in_sleepable(env)",
}
_SPELLED = {"lsm": "bpf_lsm", "iter": "bpf_iter"}


@view_class()
class Safe:
    """The pointers of an element that are as good as the element, under the macro that lists them."""

    macro: str
    pointers: tuple[Pointer, ...]


@view_class()
class Listed:
    """A new() that is on the list of those that the verifier knows; `guard` is "" for none."""

    new: str
    guard: str


@view_class()
class Allowlist:
    """The function that lets programs in, and its call.

    name: the function
    new: what it is about
    doc: why there is a list, "" for nothing to say
    types: whether the type of the program is asked for
    tests: conditions, of which one is enough
    message: what the verifier says otherwise
    """

    name: str
    new: str
    doc: str
    types: bool
    tests: tuple[str, ...]
    message: str


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """Nothing for an iterator that all programs may use, and whose elements lead nowhere else."""
    yield from _trusted(ctx)
    if ctx.it.context.allow:
        yield from _allowed(ctx)


def news(ctx: LoweringContext, gained: Container[str]) -> Iterator[Statement]:
    """What a patch does in the file that gains these names there: sentences/news.j2 has the words."""
    new = names.function(ctx.it, "new")
    if new in gained:
        yield Statement("allowlist", (_name(ctx), new, ctx.it.context.allow_doc))
    for null in (False, True):
        found = [p for p in ctx.it.held.trusted if p.nullable == null and p.name in gained]
        if found:
            reasons = tuple(p.doc for p in found if p.doc)
            yield Statement("trusted", (tuple(p.name for p in found), _macro(ctx.it, null), reasons))


def programs(ctx: LoweringContext) -> str:
    """The programs that are let in, as the verifier's message has them; "" for all."""
    kinds = _kinds(ctx)
    return listed([_SPELLED.get(kind, kind) for kind in kinds]) if kinds else ""


def _kinds(ctx: LoweringContext) -> tuple[str, ...]:
    """Those on the list, without what goes without saying."""
    allow = ctx.it.context.allow
    return tuple(kind for kind in allow if kind != "syscall" or "sleepable" not in allow)


def _at(ctx: LoweringContext, anchor: Anchor, where: str = "", of: tuple[str, ...] = ()) -> Fragment:
    return Fragment(ctx.profile.verifier, anchor, (), where=where, names=of)


def _trusted(ctx: LoweringContext) -> Iterator[Placement]:
    """Fields that point to what is valid in the RCU critical section, or as long as the element is."""
    for null in (False, True):
        if pointers := tuple(p for p in ctx.it.held.trusted if p.nullable == null):
            kind, view = _safe(ctx.it, null), Safe(_macro(ctx.it, null), pointers)
            at = _at(ctx, Anchor.SAFE_TYPE, kind, (_struct(ctx.it), *(p.name for p in pointers)))
            yield Placement(at, view, lines="kernel/verifier/safe_type.c.j2")
            yield Placement(_at(ctx, Anchor.SAFE_EMIT, kind), view, lines="kernel/verifier/safe_emit.c.j2")


def _macro(it: Spec, nullable: bool) -> str:
    """What makes the name of the struct that lists the pointers."""
    return f"BTF_TYPE_SAFE_{_safe(it, nullable)}({_struct(it)})"


def _safe(it: Spec, nullable: bool) -> str:
    """How fields that may be NULL, or not, are safe."""
    return f"{'RCU' if it.rcu else 'TRUSTED'}{'_OR_NULL' if nullable else ''}"


def _struct(it: Spec) -> str:
    """What the elements are, with its keyword."""
    return f"struct {it.held.tag}"


def listing(it: Spec, nullable: bool) -> str:
    """The struct of the kernel's BTF that has the fields that the verifier trusts, without its keyword.

    BTF_TYPE_SAFE_RCU() and its like make the name, kernel/bpf/verifier.c.
    """
    return f"{it.held.tag}__safe_{_safe(it, nullable).lower()}"


def _allowed(ctx: LoweringContext) -> Iterator[Placement]:
    new = names.function(ctx.it, "new")
    listed, allowlist = Listed(new, ctx.it.guard), _allowlist(ctx, new)
    yield Placement(_at(ctx, Anchor.KFUNC_ENUM, of=(new,)), listed, lines="kernel/verifier/enum.c.j2")
    yield Placement(_at(ctx, Anchor.KFUNC_LIST), listed, lines="kernel/verifier/list.c.j2")
    yield Placement(_at(ctx, Anchor.BEFORE_ARGUMENTS), allowlist, lines="kernel/verifier/allowlist.c.j2")
    yield Placement(_at(ctx, Anchor.IN_ARGUMENTS), allowlist, lines="kernel/verifier/call.c.j2")


def _allowlist(ctx: LoweringContext, new: str) -> Allowlist:
    tests = tuple(_TESTS[kind] for kind in _kinds(ctx))
    return Allowlist(
        name=_name(ctx),
        new=new,
        doc=ctx.it.context.allow_doc,
        types=any(kind != "sleepable" for kind in _kinds(ctx)),
        tests=tests,
        message=ctx.profile.messages["not_allowed"].format(programs=programs(ctx)),
    )


def _name(ctx: LoweringContext) -> str:
    return f"check_{ctx.it.name}_iter_allowlist"
