# SPDX-License-Identifier: GPL-2.0-only
"""What the reference page speaks of, Documentation/bpf/bpf_iter_<name>.rst."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.btf.types import Function
from kiter.lower import callers, choices, failures, names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.docs import cost, example, places
from kiter.lower.docs.example import Loop
from kiter.lower.failures import Failure
from kiter.lower.kernel import declarations
from kiter.lower.statement import Statement
from kiter.lower.view_class import view_class
from kiter.spec.argument import Bit
from kiter.spec.case import Case
from kiter.spec.release import spelled
from kiter.spec.seq_form import SeqForm
from kiter.value_class import value_class


@view_class()
class Argument:
    """One argument: its declaration, the author's words, and the flags with which it may not be NULL."""

    declaration: str
    doc: str
    nullable: bool
    needed: tuple[str, ...]
    reserved: bool


@value_class
class Value:
    """A value of a flag argument: what it means, the errors that only it has, and since when there is it."""

    c: str
    doc: str
    errors: tuple[str, ...]
    since: str


@view_class()
class Flags:
    """The values of one flag argument, behind a line that says what they are."""

    lead: Statement
    values: tuple[Value, ...]


@view_class()
class Picture:
    """The picture of a walk: its file, the flag ("" for the only one), and what is visited."""

    file: str
    title: str
    visited: tuple[str, ...]


@view_class()
class Site:
    """What a page has on the site beside the rest.

    `states` is the file of the picture of the iterator's states, `code` the kernel's code as it is generated.
    """

    release: str
    states: str
    code: str


@view_class()
class Seq:
    """The SEC("iter/...") form: what programs attach to, what they see, and what a link is asked for."""

    target: str  # what programs attach to
    member: str  # the first member of their context
    what: str  # what that is
    declared: str  # a variable for it
    others: tuple[str, ...]  # further members
    lasts: Statement  # how long they are valid, and what becomes of a walk between two read()s
    part: str  # the member of union bpf_iter_link_info, "" for none
    asks: tuple[tuple[str, ...], ...]  # its members, those of which one may be given together


@view_class()
class View:
    """One page."""

    title: str  # the iterator
    summary: str  # what it is for
    # since when, and in which kernels and programs it is there
    available: tuple[Statement, ...]
    # a whole program, None where no program can come by the arguments: then there is the loop alone
    example: example.View | None
    loop: Loop  # over the elements
    arguments: tuple[Argument, ...]  # of new()
    flags: tuple[Flags, ...]  # the flag arguments with their values
    element: str  # its C type
    # how long an element is valid, and which of its pointers are as good as it
    lifetime: Statement
    pointers: tuple[Statement, ...]  # as good as the element
    # where it may be called, and what it costs, in paragraphs of sentences
    context: tuple[tuple[Statement, ...], ...]
    costs: tuple[tuple[Statement, ...], ...]  # in paragraphs, too
    # the author's paragraphs, and the flags of the walks of a ring that starts elsewhere than at its anchor
    notes: tuple[str, ...]
    rings: tuple[str, ...]  # flags of rings that start elsewhere than at their anchor
    failures: tuple[Failure, ...]  # of new()
    new: str  # the prototype of new()
    next: str  # that of next()
    # the file of the kfuncs, their names, and the prototypes of hand-written ones, which may lack kernel-doc
    file: str
    functions: tuple[str, ...]  # the kfuncs
    signatures: tuple[Function, ...]  # the prototypes of hand-written code
    # the target of its SEC("iter/...") form, and what programs see of it; None where it has none
    seq: Seq | None
    # what the kernel's documentation has not
    walks: tuple[Picture, ...] = ()
    site: Site | None = None  # what the site has beside the page


def view(ctx: LoweringContext) -> View:
    """The page of one iterator."""
    it = ctx.it
    new, following, destroy = (names.function(it, what) for what in ("new", "next", "destroy"))
    return View(
        title=f"bpf_iter_{it.name}",
        summary=it.summary,
        available=tuple(_available(ctx)),
        example=example.view(ctx),
        loop=example.loop(ctx),
        arguments=tuple(_arguments(ctx)),
        flags=tuple(_flags(ctx)),
        element=it.element,
        lifetime=Statement(it.lifetime, (following, destroy)),
        pointers=tuple(callers.pointers(ctx)),
        context=tuple(places.paragraphs(ctx)),
        costs=cost.paragraphs(ctx),
        notes=callers.notes(ctx),
        rings=callers.rings(ctx),
        failures=failures.failures(ctx),
        new=new,
        next=following,
        file=it.source_file,
        functions=tuple(function.name for function in declarations.prototypes(ctx)),
        signatures=declarations.prototypes(ctx) if it.by_hand else (),
        seq=_seq(ctx, it.seq) if it.seq else None,
    )


def _seq(ctx: LoweringContext, seq: SeqForm) -> Seq:
    first, *others = seq.shows
    kind = "goes_on" if seq.resumes else "anew" if ctx.it.begins_anew else "stays"
    names_of = (tuple(name for name, _ in kept.sources) for kept in seq.keeps)
    return Seq(
        target=seq.target,
        member=first.name,
        what="the element" if first.type == ctx.it.element else f"a ``{first.type}``",
        declared=declare(first.type, "pos"),
        others=tuple(shown.name for shown in others),
        lasts=Statement(kind, (first.name,)),
        part=seq.part,
        asks=tuple(dict.fromkeys(names_of)),
    )


def _available(ctx: LoweringContext) -> Iterator[Statement]:
    it = ctx.it
    if since := spelled(it.since):
        yield Statement("since", (since,))
    if it.guard:
        yield Statement("guard", (it.guard,))
    if it.programs:
        yield Statement("to", (it.programs,))


def _arguments(ctx: LoweringContext) -> Iterator[Argument]:
    for a in ctx.it.arguments:
        if not a.implicit:
            needed = tuple(
                value.flag
                for other in ctx.it.arguments
                for value in other.values
                if a.nullable and a.name in value.requires
            )
            yield Argument(declare(a.type, a.name), a.doc, a.nullable, needed, a.reserved)


def _flags(ctx: LoweringContext) -> Iterator[Flags]:
    for argument in ctx.it.arguments:
        if argument.values:
            lead = Statement("values", (argument.name,))
            yield Flags(lead, tuple(_value(ctx, value) for value in argument.values))
        if argument.bits:
            yield Flags(choices.bits(argument), tuple(_bit(bit) for bit in argument.bits))


def _bit(bit: Bit) -> Value:
    return Value(bit.flag, bit.doc, (), spelled(bit.since))


def _value(ctx: LoweringContext, case: Case) -> Value:
    errnos = ["EINVAL"] * bool(case.requires) + [refusal.errno for refusal in case.refusals]
    errnos += [start.errno] if case.walks and (start := ctx.start(case)) else []
    since = spelled(case.since)
    return Value(case.flag, case.doc, tuple(f"-{errno}" for errno in dict.fromkeys(errnos)), since)
