# SPDX-License-Identifier: GPL-2.0-only
"""What the C says about itself: kernel-doc of the three kfuncs and of an enum defined here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import kernel_doc, paragraph
from kiter.lower.docs.rst import marked
from kiter.spec.argument import Argument
from kiter.spec.companion import Companion
from kiter.spec.snippet import text_on
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


def arguments_spelled(ctx: LoweringContext, text: str) -> str:
    """Text with @argument as the prototype spells it."""
    spelled = {a.name: names.parameter(a, ctx.profile) for a in ctx.it.arguments}
    return re.sub(r"@(\w+)", lambda m: "@" + spelled.get(m.group(1), m.group(1)), marked(text))


def _doc(ctx: LoweringContext, text: str) -> tuple[str, ...]:
    return paragraph(arguments_spelled(ctx, text))


def _item(ctx: LoweringContext, head: str, text: str) -> tuple[str, ...]:
    return paragraph(f"{head} {arguments_spelled(ctx, text)}", first=" * ", rest=" *\t")


def _bullet(ctx: LoweringContext, flag: str, text: str) -> tuple[str, ...]:
    spelled = re.sub(r"\b([A-Z]\w+)", r"%\1", flag)
    return paragraph(f"{spelled}: {arguments_spelled(ctx, text)}", first=" * * ", rest=" *   ")


def new_doc(ctx: LoweringContext) -> tuple[str, ...]:
    """The comment on new()."""
    it = ctx.it
    title = paragraph(f"bpf_iter_{it.name}_new() - begin to {marked(it.summary)}", rest=" *\t")
    described = [_item(ctx, "@it:", "the iterator, on the BPF program's stack")]
    for a in it.arguments:
        kind = f", an enum {_enum_name(ctx, a.name)}" if _enum_name(ctx, a.name) else ""
        nullable = ", or NULL" if a.nullable else ""
        described.append(_item(ctx, f"@{names.parameter(a, ctx.profile)}:", a.doc + nullable + kind))
    params = tuple(line for item in described for line in item)
    return kernel_doc(
        (*title, *params),
        _values(ctx),
        *(_accepted(ctx, a) for a in it.arguments),
        *(_doc(ctx, p) for p in paragraphs(ctx)),
        *(_doc(ctx, p) for p in rings(ctx)),
        *(_doc(ctx, sentence) for sentence in callers(ctx)),
        _doc(ctx, returns(ctx)),
    )


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


def listed(items: Sequence[str]) -> str:
    """The items as a sentence lists them."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def _accepted(ctx: LoweringContext, argument: Argument) -> tuple[str, ...]:
    """What a flag argument that selects no walk may be."""
    values = argument.bits or argument.combinations
    if not values:
        return ()
    items = [_bullet(ctx, value.c, value.doc) for value in values]
    return (f" * @{argument.name} {offered(argument)}:", " *", *(line for item in items for line in item))


def offered(argument: Argument) -> str:
    """How a list of the values of a flag argument begins."""
    return "may have these bits" if argument.bits else "is one of"


def _enum_name(ctx: LoweringContext, argument: str) -> str:
    found = ctx.it.argument(argument)
    if found is None:
        return ""
    return found.enum or found.defines.removeprefix("enum").strip()


def _values(ctx: LoweringContext) -> tuple[str, ...]:
    """The flag values as a list, unless the comment on an enum defined here has it."""
    selector = ctx.selector
    if selector is None or selector.defines.startswith("enum "):
        return ()
    items = [_bullet(ctx, case.flag, case.doc) for case in ctx.cases]
    return (f" * @{selector.name} selects what is visited:", " *", *(line for i in items for line in i))


def paragraphs(ctx: LoweringContext) -> Iterable[str]:
    """The author's text, a paragraph at a time."""
    text = text_on(ctx.it.docs, ctx.profile.number)
    return [part for part in re.split(r"\n\s*\n", text.strip()) if part]


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


LASTING = {
    "rcu": "valid until the RCU critical section ends",
    "state": "which the next call changes",
    "native": "valid until the next call",
    "held": "valid until the next call",
    "snapshot": "a copy that is valid until the next call",
}


def next_doc(ctx: LoweringContext) -> tuple[str, ...]:
    """The comment on next()."""
    it = ctx.it
    struct = it.element.rstrip(" *")
    element = f"the next &{struct}" if struct.startswith("struct") else "a pointer to the next number"
    return kernel_doc(
        (f" * bpf_iter_{it.name}_next() - get the next element", *_item(ctx, "@it:", "the iterator")),
        paragraph(
            f"Return: {element}, {LASTING[it.lifetime]}, or NULL at the end. "
            "Once it has returned NULL, it always does."
        ),
    )


def companion_doc(ctx: LoweringContext, companion: Companion) -> tuple[str, ...]:
    """The comment on a companion."""
    own = [_item(ctx, f"@{p.name}:", p.doc) for p in companion.parameters]
    handle = [_item(ctx, "@it__iter:", "the iterator")]
    items = own + handle if companion.last else handle + own
    title = paragraph(f"{companion.name}() - {marked(companion.doc)}", rest=" *\t")
    return kernel_doc(
        (*title, *(line for item in items for line in item)),
        _doc(ctx, "Return: nothing." if companion.gives == "void" else _given(ctx, companion)),
    )


def _given(ctx: LoweringContext, companion: Companion) -> str:
    empty = companion.empty.on(ctx.profile.number) if companion.empty else None
    otherwise = f"; {empty.text} if bpf_iter_{ctx.it.name}_new() has failed" if empty else ""
    return f"Return: what was asked for{otherwise}."


def destroy_doc(ctx: LoweringContext) -> tuple[str, ...]:
    """The comment on destroy()."""
    it = ctx.it
    return kernel_doc(
        (f" * bpf_iter_{it.name}_destroy() - end the walk", *_item(ctx, "@it:", "the iterator")),
        _doc(ctx, "To be called on every iterator, also when new() has failed."),
        (" * Return: nothing.",),
    )


def enum(ctx: LoweringContext) -> tuple[str, ...]:
    """The enum that the iterator brings along, if it does."""
    selector = ctx.selector
    if selector is None or not selector.defines:
        return ()
    members = [_member(case.flag, case.value) for case in ctx.cases]
    body = (f"{selector.defines} {{", *(f"\t{m}" for m in members), "};")
    if selector.defines == "enum":
        return body
    about = arguments_spelled(ctx, selector.doc)
    title = f" * {selector.defines} - {about}, for bpf_iter_{ctx.it.name}_new()"
    items = [_item(ctx, f"@{case.flag}:", _plain(case.doc)) for case in ctx.cases]
    return (*kernel_doc((title, *(line for i in items for line in i))), *body)


def _plain(text: str) -> str:
    """Text for a comment where @ would name a member."""
    return text.replace("@", "")


def _member(flag: str, value: int | None) -> str:
    return f"{flag}," if value is None else f"{flag} = {value},"
