# SPDX-License-Identifier: GPL-2.0-only
"""How the kfuncs are made known: their flags, and a set of their own where they have one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from kiter.lower import names, programs
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import helpers
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.companion import Companion
from kiter.target.profile import Profile


@view_class()
class Id:
    """A kfunc, and its flags."""

    name: str
    flags: tuple[str, ...]


@view_class()
class Ids:
    """The lines of a set."""

    template: ClassVar = "kernel/btf_ids.c.j2"
    ids: tuple[Id, ...]


@view_class()
class One:
    """The call that registers a set."""

    template: ClassVar = "kernel/registration/one.c.j2"
    call: str


@view_class()
class Several:
    """Calls, of which each is made when the one before has done well."""

    template: ClassVar = "kernel/registration/several.c.j2"
    first: str
    others: tuple[str, ...]


@view_class()
class Filter:
    """A function that refuses all programs of other types than these the ids of a set."""

    template: ClassVar = "kernel/registration/filter.c.j2"
    name: str
    ids: str
    types: tuple[str, ...]


@view_class()
class Set:
    """A set of its own."""

    template: ClassVar = "kernel/registration/set.c.j2"
    name: str  # what its parts are called after
    init: str  # the function that registers it
    open: str  # begins the list of ids
    ids: Ids  # those of the kfuncs
    close: str  # ends the list
    filter: str  # the function that decides who may call, "" for none
    made: Filter | helpers.Function | None  # that function, where it stands here
    register: Part  # the calls


def own(ctx: LoweringContext) -> Ids:
    """What the iterator's own set holds."""
    trio = tuple(Id(names.function(ctx.it, what), flags) for what, flags in flags_of(ctx).items())
    held = tuple(Id(name, flags) for name, flags in reference_flags(ctx).items())
    return Ids(trio + held + tuple(_companion(ctx, c) for c in ctx.it.companions if not c.sets))


def elsewhere(ctx: LoweringContext) -> Mapping[str, Ids]:
    """The companions that join other sets, by the names of these."""
    groups = dict.fromkeys(group for companion in ctx.it.companions for group in companion.sets)
    return {
        group: Ids(tuple(_companion(ctx, c) for c in ctx.it.companions if group in c.sets))
        for group in groups
    }


def _companion(ctx: LoweringContext, companion: Companion) -> Id:
    return Id(companion.name, companion_flags(ctx, companion))


def flags_of(ctx: LoweringContext) -> dict[str, tuple[str, ...]]:
    """The kfunc flags of new, next and destroy."""
    context, profile = ctx.it.context, ctx.profile
    common = (*_if(context.sleepable, "KF_SLEEPABLE"), *_if(context.spinlock, profile.spinlock_flag))
    return {
        "new": (*_new_flags(ctx), *common),
        "next": ("KF_ITER_NEXT", "KF_RET_NULL", *common),
        "destroy": ("KF_ITER_DESTROY", *common),
    }


def companion_flags(ctx: LoweringContext, companion: Companion) -> tuple[str, ...]:
    """The kfunc flags of a companion."""
    pointers = any(p.type.endswith("*") for p in companion.parameters)
    trusted = _if(pointers and not companion.rcu, ctx.profile.trusted_flag)
    return (*_if(companion.rcu, "KF_RCU"), *trusted)


def reference_flags(ctx: LoweringContext) -> dict[str, tuple[str, ...]]:
    """The kfunc flags of those that take a reference and release it; what may sleep puts one."""
    if (reference := ctx.it.held.reference) is None:
        return {}
    sleepable = _if(ctx.it.context.sleepable, "KF_SLEEPABLE")
    taken = ("KF_RCU", "KF_RET_NULL") if reference.tryget else _if(True, ctx.profile.trusted_flag)
    return {
        reference.acquire: ("KF_ACQUIRE", *taken, *sleepable),
        reference.release: ("KF_RELEASE", *sleepable),
    }


def _if(wanted: bool, flag: str) -> tuple[str, ...]:
    return (flag,) if wanted and flag else ()


def _new_flags(ctx: LoweringContext) -> tuple[str, ...]:
    """The flags that new() alone has; what the verifier trusts is said where it is not the rule."""
    it, profile = ctx.it, ctx.profile
    asked = [a for a in it.arguments if a.pointer and not a.ignored and not a.implicit]
    rcu = any(a.rcu for a in asked)
    return (
        "KF_ITER_NEW",
        *_if(any(a.implicit for a in it.arguments), profile.implicit_flag),
        *_if(rcu, "KF_RCU"),
        *_if(bool(asked) and not rcu, profile.trusted_flag),
        *_if(it.rcu, "KF_RCU_PROTECTED"),
        *_if(it.context.perfmon, profile.perfmon_flag),
    )


def own_set(
    ctx: LoweringContext,
    types: tuple[str, ...] = (),
    before: tuple[str, ...] = (),
    behind: tuple[str, ...] = (),
) -> Set:
    """The ids in a set of their own, and the function that registers it between these calls."""
    name = f"bpf_iter_{ctx.it.name}"
    calls = [*before]
    for program in _once(types or ctx.it.programs, ctx.profile):
        calls.append(f"register_btf_kfunc_id_set(BPF_PROG_TYPE_{program.upper()}, &{name}_set)")
    calls += behind
    made = _made(ctx, name)
    return Set(
        name=name,
        init=names.function(ctx.it, "init"),
        open=ctx.profile.set_open.format(set=f"{name}_ids"),
        ids=own(ctx),
        close=ctx.profile.set_close.format(set=f"{name}_ids"),
        filter=made.name if made else ctx.it.place.filter,
        made=made,
        register=Several(calls[0], tuple(calls[1:])) if calls[1:] else One(calls[0]),
    )


def _once(types: Sequence[str], profile: Profile) -> Sequence[str]:
    """One type for each hook: all that share it get what is registered for one of them.

    A module that registers twice for a hook is refused: kernel/bpf/btf.c, btf_populate_kfunc_set().
    """
    hooks = {kind: hook for hook, kinds in profile.hooks.items() for kind in kinds}
    first: dict[str, str] = {}
    for kind in types:
        first.setdefault(hooks.get(kind, kind), kind)
    return tuple(first.values())


def _made(ctx: LoweringContext, name: str) -> Filter | helpers.Function | None:
    """The filter that keeps others out who share a hook with those that alone may call, or the author's."""
    if not programs.intruders(ctx.it, ctx.profile):
        return helpers.set_filter(ctx)
    types = tuple(f"BPF_PROG_TYPE_{kind.upper()}" for kind in ctx.it.programs)
    return Filter(f"{name}_filter", f"{name}_ids", types)
