# SPDX-License-Identifier: GPL-2.0-only
"""What pages and messages say of an iterator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kiter.lower.context import LoweringContext
from kiter.prose import listed
from kiter.spec.argument import Argument
from kiter.spec.walk import Counter

REFUSED_IN = {"irqs_off": "interrupts are off", "nmi": "it is called in an NMI"}
ALLOWED = {
    "lsm": "LSM programs",
    "iter": "programs of iterators",
    "syscall": "syscall programs",
    "struct_ops": "struct_ops programs",
    "sleepable": "programs that may sleep",
}
RCU = "Call it inside an RCU read-side critical section, which must last until the iterator is destroyed."


def failures(ctx: LoweringContext) -> tuple[tuple[str, str], ...]:
    """(errno, condition) of everything that new() refuses, in the order of the code."""
    found = [(refusal.errno, refusal.doc) for refusal in ctx.it.refusals]
    found += _out_of_range(ctx)
    found += [("EINVAL", f"@{a.name} {_not_accepted(a)}") for a in ctx.it.arguments if a.restricted]
    found += [(errno, REFUSED_IN[what]) for what, errno in ctx.it.context.refuse]
    if ctx.it.select:
        found.append(("EINVAL", f"@{ctx.it.select} is {_no_value(ctx)}"))
    for case in ctx.cases:
        found += [("EINVAL", f"@{name} is NULL{_with(ctx, case.flag)}") for name in case.requires]
        found += [(refusal.errno, refusal.doc) for refusal in case.refusals]
        if start := ctx.start(case):
            found.append((start.errno, f"the element to start at has left the ring{_with(ctx, case.flag)}"))
    return tuple(dict.fromkeys([*found, *_not_had(ctx)]))


def _out_of_range(ctx: LoweringContext) -> list[tuple[str, str]]:
    walk = ctx.cases[0].walk
    if not isinstance(walk, Counter) or walk.times:
        return []
    found = [("EINVAL", f"@{walk.start} is above @{walk.end}")]
    return [*found, ("E2BIG", "there are too many numbers")] if walk.most is not None else found


def _not_accepted(argument: Argument) -> str:
    if argument.reserved:
        return "is not 0"
    return "has an unknown bit" if argument.bits else "is none of these values"


def _not_had(ctx: LoweringContext) -> list[tuple[str, str]]:
    """What new() may be unable to take."""
    memory = "there is no memory"
    found = [("ENOMEM", memory)] if ctx.state.memory is not None else []
    for resource in ctx.it.resources:
        if resource.buffer:
            found += [] if ctx.it.context.sleepable else [("E2BIG", "they are too large to allocate")]
            found.append(("ENOMEM", memory))
        found += resource.fails
        found += [(resource.errno, resource.doc)] if resource.errno else []
    return found


def _no_value(ctx: LoweringContext) -> str:
    selector = ctx.selector
    if selector and selector.defines.startswith("enum "):
        return f"no {selector.defines}"
    return "none of these values"


def _with(ctx: LoweringContext, flag: str) -> str:
    return f" and @{ctx.it.select} is %{flag}" if flag else ""


def callers(ctx: LoweringContext) -> Iterable[str]:
    """Who may call, beyond what is usual."""
    context = ctx.it.context
    if context.rcu:
        yield RCU
    if context.sleepable:
        yield "Only for programs that may sleep, as may the other two."
    if context.perfmon:
        yield "Only for programs with CAP_PERFMON."
    if context.allow:
        yield f"Only for {listed([ALLOWED[kind] for kind in context.allow])}."
    yield from pointers(ctx)


def pointers(ctx: LoweringContext) -> Iterator[str]:
    """What of an element is as good as the element."""
    for null, unless in ((False, ""), (True, " unless it is NULL")):
        names = [f"pos->{p.name}" for p in ctx.it.held.trusted if p.nullable == null]
        if names:
            yield f"A program may use {listed(names)} like pos itself{unless}."


def offered(argument: Argument) -> str:
    """How a list of the values of a flag argument begins."""
    return "may have these bits" if argument.bits else "is one of"


def paragraphs(ctx: LoweringContext) -> Iterable[str]:
    """The author's text, a paragraph at a time."""
    return [part for part in re.split(r"\n\s*\n", ctx.it.docs.strip()) if part]


def rings(ctx: LoweringContext) -> Iterable[str]:
    """What a user must know of a ring that starts elsewhere than at its anchor."""
    for case in ctx.cases:
        if ctx.start(case):
            where = f"With %{case.flag}, should" if case.flag else "Should"
            yield (
                f"{where} the first element leave the ring during the walk, the walk goes on to the "
                "end of the ring, and some elements may come twice."
            )


def returns(ctx: LoweringContext) -> str:
    """The Return: section of new()."""
    found = failures(ctx)
    if not found:
        return "Return: 0."
    by_errno: dict[str, list[str]] = {}
    for errno, reason in found:
        by_errno.setdefault(errno, []).append(reason)
    listed = ", ".join(f"-{errno} if {' or if '.join(reasons)}" for errno, reasons in by_errno.items())
    empty = f"After an error the iterator is empty: bpf_iter_{ctx.it.name}_next() returns NULL."
    return f"Return: 0 on success, {listed}. {empty}"
