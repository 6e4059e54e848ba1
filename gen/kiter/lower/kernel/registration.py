# SPDX-License-Identifier: GPL-2.0-only
"""How the kfuncs are made known: their flags, and a set of their own where they have one."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.layout.columns import HARD, call, width
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import indented
from kiter.spec.companion import Companion

Flagged = Mapping[str, tuple[str, ...]]
"""Kfuncs with their flags, by name."""


def flagged(ctx: LoweringContext) -> Flagged:
    """What the iterator's own set holds."""
    it = ctx.it
    flags = {names.function(it, what): value for what, value in flags_of(ctx).items()}
    return flags | {c.name: companion_flags(ctx, c) for c in it.companions if not c.sets}


def elsewhere(ctx: LoweringContext) -> Mapping[str, Flagged]:
    """The companions that join other sets, by the names of these."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for companion in ctx.it.companions:
        for group in companion.sets:
            found.setdefault(group, {})[companion.name] = companion_flags(ctx, companion)
    return found


def lines(kfuncs: Flagged) -> tuple[str, ...]:
    """The BTF_ID_FLAGS lines of a set."""
    return tuple(line for name, flags in kfuncs.items() for line in _id(name, flags))


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


def _if(wanted: bool, flag: str) -> tuple[str, ...]:
    return (flag,) if wanted and flag else ()


def _id(name: str, flags: tuple[str, ...]) -> tuple[str, ...]:
    """Sets read as tables, so a line may run to 100 columns before it breaks."""
    given = ("func", name, *([" | ".join(flags)] if flags else []))
    line = f"BTF_ID_FLAGS({', '.join(given)})"
    return (line,) if width(line) <= HARD else call("BTF_ID_FLAGS(", given, ")")


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


def own_set(ctx: LoweringContext, programs: tuple[str, ...] = (), before: str = "") -> tuple[str, ...]:
    """The ids in a set of their own, and the function that registers it, calling `before` first."""
    stem = f"bpf_iter_{ctx.it.name}"
    return (
        ctx.profile.set_open.format(set=f"{stem}_ids"),
        *lines(flagged(ctx)),
        ctx.profile.set_close.format(set=f"{stem}_ids"),
        "",
        f"static const struct btf_kfunc_id_set {stem}_set = {{",
        "\t.owner = THIS_MODULE,",
        f"\t.set = &{stem}_ids,",
        *((f"\t.filter = {_filter(ctx)},",) if ctx.it.place.filter else ()),
        "};",
        "",
        f"static int __init {stem}_init(void)",
        "{",
        *_register(f"{stem}_set", programs or ctx.it.programs, before),
        "}",
        f"late_initcall({stem}_init);",
    )


def _filter(ctx: LoweringContext) -> str:
    """A helper of the spec, or a function of the kernel."""
    name = ctx.it.place.filter
    return names.helpers(ctx.it).get(name, name)


def _register(name: str, programs: tuple[str, ...], before: str) -> tuple[str, ...]:
    calls: list[tuple[str, tuple[str, ...]]] = [(f"{before}(", ())] * bool(before)
    calls += [("register_btf_kfunc_id_set(", (f"BPF_PROG_TYPE_{p.upper()}", f"&{name}")) for p in programs]
    if len(calls) == 1:
        return indented(_call("return ", *calls[0]))
    heads = ["ret = ", *["ret = ret ?: "] * (len(calls) - 1)]
    calling = (
        line for head, (name, given) in zip(heads, calls, strict=True) for line in _call(head, name, given)
    )
    return indented(("int ret;", "", *calling, "return ret;"))


def _call(head: str, function: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """A table as well: on one line up to 100 columns."""
    line = f"{head}{function}{', '.join(arguments)});"
    return (line,) if width("\t" + line) <= HARD else call(head + function, arguments, ");", 1)
