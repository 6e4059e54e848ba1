# SPDX-License-Identifier: GPL-2.0-only
"""The reference page, Documentation/bpf/bpf_iter_<name>.rst."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kiter.lower import describe, names, programs
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.docs import cost, example
from kiter.markup import rst, table
from kiter.prose import listed, sentence
from kiter.spec import model
from kiter.spec.argument import Argument, Value
from kiter.spec.case import Case
from kiter.spec.release import spelled
from kiter.target.profile import Profile

EVERYWHERE = "Programs of any type may use it, in any context."


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and its explanation, in a definition list."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one flag argument: a lead and the lines of a table."""

    lead: str
    table: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its file, what it is of ("" for the only walk), and the same in words."""

    file: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class Site:
    """What a page has on the site beside the rest.

    `states` is the picture of the iterator's states, `code` the kernel's code as it is generated.
    """

    release: str
    states: Picture
    code: str


@dataclass(frozen=True, slots=True)
class View:
    """One page: every text is a finished line or paragraph of RST.

    `signatures` are shown where there may be no kernel-doc: of code by hand, and on the site;
    `walks` are pictures, which the kernel's documentation has none of;
    `example` is a whole program, None where no program can come by the arguments: then `loop` is all.
    """

    title: str
    lead: tuple[str, ...]
    example: example.View | None
    loop: tuple[str, ...]
    arguments: tuple[Entry, ...]
    flags: tuple[Values, ...]
    element: tuple[str, ...]
    context: tuple[str, ...]
    costs: tuple[str, ...]
    notes: tuple[str, ...]
    errors: tuple[str, ...]
    file: str
    functions: tuple[str, ...]
    signatures: tuple[str, ...]
    walks: tuple[Picture, ...] = ()
    site: Site | None = None


def view(ctx: LoweringContext) -> View:
    """The page of one iterator."""
    it = ctx.it
    trio = tuple(names.function(it, what) for what in ("new", "next", "destroy"))
    return View(
        title=f"bpf_iter_{it.name}",
        lead=tuple(_lead(ctx)),
        example=example.view(ctx),
        loop=(declare(it.element, "pos") + ";", "", *example.loop(ctx)),
        arguments=tuple(_argument_entry(ctx, a) for a in it.arguments if not a.implicit),
        flags=tuple(_flags(ctx)),
        element=tuple(_element(ctx)),
        context=tuple(_context(ctx)),
        costs=tuple(cost.sentences(ctx)),
        notes=tuple(rst(text) for text in (*describe.paragraphs(ctx), *describe.rings(ctx))),
        errors=_errors(ctx),
        file=it.source_file,
        functions=(*trio, *(companion.name for companion in it.companions)),
        signatures=signatures(ctx) if it.by_hand else (),
    )


def signatures(ctx: LoweringContext) -> tuple[str, ...]:
    """The three kfuncs as programs call them, new() first."""
    it = ctx.it
    handle = f"struct bpf_iter_{it.name} *it"
    given = ", ".join([handle, *(declare(a.type, a.name) for a in it.arguments if not a.implicit)])
    return (
        f"int {names.function(it, 'new')}({given});",
        declare(it.element, f"{names.function(it, 'next')}({handle});"),
        f"void {names.function(it, 'destroy')}({handle});",
    )


def _lead(ctx: LoweringContext) -> Iterator[str]:
    it = ctx.it
    yield f"An open-coded iterator to {rst(it.summary)}."
    facts = []
    if since := spelled(it.since):
        facts.append(f"since Linux {since}")
    if it.guard:
        facts.append(f"in kernels with ``{it.guard}``")
    if it.programs:
        facts.append(f"to {programs.spoken(it.programs)} programs")
    if facts:
        yield f"It is available {', '.join(facts)}."


# --- arguments and flags -------------------------------------------------------------------------


def _argument_entry(ctx: LoweringContext, argument: Argument) -> Entry:
    text = sentence(rst(argument.doc))
    if argument.nullable:
        needed = [f"``{case.flag}``" for case in ctx.cases if argument.name in case.requires]
        text += f" May be NULL, except with {listed(needed)}." if needed else " May be NULL."
    if argument.reserved:
        text += " Must be 0."
    return Entry(f"``{declare(argument.type, argument.name)}``", text)


def _flags(ctx: LoweringContext) -> Iterator[Values]:
    if ctx.selector:
        rows = [_case(ctx, case) for case in ctx.cases]
        yield _values(f"``{ctx.selector.name}`` is one of:", rows)
    for argument in ctx.it.arguments:
        given = argument.bits or argument.combinations
        if given:
            how = "may have these bits:" if argument.bits else "is one of:"
            yield _values(f"``{argument.name}`` {how}", [_value(ctx, value) for value in given])


def _values(lead: str, rows: list[tuple[str, str, str, str]]) -> Values:
    """A column that would be empty is left out."""
    heads = ("value", "meaning", "may fail with", "since")
    return Values(lead, _table(heads, *rows))


def _case(ctx: LoweringContext, case: Case) -> tuple[str, str, str, str]:
    errnos = ["EINVAL"] * bool(case.requires) + [refusal.errno for refusal in case.refusals]
    errnos += [start.errno] if (start := ctx.start(case)) else []
    said = ", ".join(f"``-{errno}``" for errno in dict.fromkeys(errnos))
    return (f"``{case.flag}``", sentence(rst(case.doc)), said, spelled(case.since))


def _value(ctx: LoweringContext, value: Value) -> tuple[str, str, str, str]:
    return (f"``{value.c}``", sentence(rst(value.doc)), "", spelled(ctx.it.since))


# --- elements, context, errors -------------------------------------------------------------------

HELD = (
    "It is valid until the next call of ``{next}()`` or ``{destroy}()``, which gives up what kept it alive."
)
LASTING = {
    "rcu": "It is valid until the RCU critical section ends. To keep it longer, take a reference.",
    "state": "It points into the iterator, is read-only, and is changed by the next call of ``{next}()``.",
    "native": HELD,
    "held": HELD,
    "snapshot": "It is a copy, as it was at the time of the call, and valid until the next call of "
    "``{next}()`` or ``{destroy}()``.",
}


def _element(ctx: LoweringContext) -> Iterator[str]:
    it = ctx.it
    functions = {what: names.function(it, what) for what in ("next", "destroy")}
    yield (
        f"Every element is a ``{it.element}``. {LASTING[it.lifetime].format(**functions)} At the end of the "
        f"walk ``{functions['next']}()`` returns NULL, and from then on always."
    )
    yield from (re.sub(r"(pos(?:->\w+)?)", r"``\1``", said) for said in describe.pointers(ctx))


def _context(ctx: LoweringContext) -> Iterator[str]:
    context, said = ctx.it.context, list(_places(ctx))
    if context.rcu:
        yield (
            "The whole loop must stand inside one RCU critical section, between ``bpf_rcu_read_lock()`` and "
            "``bpf_rcu_read_unlock()``, or in a program that runs inside one. The verifier refuses a program "
            "that leaves the section between ``new()`` and ``destroy()``, even when it enters another one at "
            "once."
        )
    if context.sleepable:
        yield (
            "Only a program that may sleep can use it, for all three functions may sleep: not inside an RCU "
            "critical section, nor with preemption off, nor with a lock held."
        )
    if not _limited(ctx.it, ctx.profile):
        said = [EVERYWHERE, *said]
    if said:
        yield " ".join(said)


def _limited(it: model.Spec, profile: Profile) -> bool:
    """Whether there is a program or a context that cannot use it."""
    context = it.context
    where = context.rcu or context.sleepable or context.perfmon or context.refuse
    return bool(where or context.allow or not programs.anywhere(it, profile))


def _places(ctx: LoweringContext) -> Iterator[str]:
    context, place = ctx.it.context, ctx.it.place
    new = names.function(ctx.it, "new")
    if context.allow:
        yield f"The verifier lets only {listed([describe.ALLOWED[kind] for kind in context.allow])} use it."
    if place.join:
        yield from _registered(ctx)
    if context.perfmon:
        yield f"``{new}()`` is for programs with ``CAP_PERFMON`` only."
    if context.spinlock:
        yield "A program may use it while it holds a ``bpf_spin_lock``."
    for what, errno in context.refuse:
        yield f"``{new}()`` fails with ``-{errno}`` when {describe.REFUSED_IN[what]}."


def _registered(ctx: LoweringContext) -> Iterator[str]:
    """What the set that it joins is for; nothing for one that is for all programs."""
    it, profile = ctx.it, ctx.profile
    types = programs.registered(it, profile)
    if types is None:
        yield f"It is registered for the types of programs that the set ``{it.place.join}`` is for."
    elif not programs.anywhere(it, profile):
        yield f"Its set, ``{it.place.join}``, is registered for {programs.spoken(types)} programs."
        for sharing in profile.hooks.values():
            others = [kind for kind in sharing if kind not in types]
            given = [kind for kind in sharing if kind in types]
            if others and given:
                yield f"With {programs.spoken(given)} programs come {programs.spoken(others)} programs."


def _errors(ctx: LoweringContext) -> tuple[str, ...]:
    found = [(f"``-{errno}``", sentence(rst(reason))) for errno, reason in describe.failures(ctx)]
    return _table(("error", "when"), *found) if found else ()


def _table(*rows: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(table("\n".join("\t".join(row) for row in rows)).splitlines())
