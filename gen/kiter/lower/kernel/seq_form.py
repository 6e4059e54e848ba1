# SPDX-License-Identifier: GPL-2.0-only
"""The SEC("iter/...") form of the walk: seq_file operations that make the steps of the open-coded one.

bpf_seq_read() (kernel/bpf/bpf_iter.c) calls stop() at the end of each read(), with the element that was not
shown, or with NULL at the end of the walk; start() of the next read() has to give that element again. What
the iterator holds stays in seq->private between the two. Where an RCU critical section or a lock keeps the
elements, that lasts from start() to stop(), and each start() restarts the walk, as those of
seq_list_start() do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from kiter.fragment import Anchor, Fragment
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.seq_link import Link, asked_names, kept_names, link
from kiter.lower.placement import Placement
from kiter.lower.view_class import view_class
from kiter.spec.seq_form import Given, SeqForm, Shown
from kiter.spec.snippet import Snippet, substitute


@view_class()
class Section:
    """What lasts from start() to stop(): what these begin and end with, "" for nothing, and say to sparse."""

    enter: str = ""
    leave: str = ""
    acquires: str = ""
    releases: str = ""


PINS = Section("migrate_disable()", "migrate_enable()")  # for this_cpu_ptr() of bpf_mem_alloc()
READS = Section("rcu_read_lock()", "rcu_read_unlock()", " __acquires(RCU)", " __releases(RCU)")


@view_class()
class Member:
    """A member of the context beside `meta`."""

    name: str
    type: str
    struct: str  # its name, without the keyword
    value: str  # over `v`, the element or NULL
    trust: str  # what the verifier takes it for


@view_class()
class Argument:
    """An argument of new() that a reader has."""

    name: str  # the same as in the prototype
    declared: str  # the member of the reader's state that holds it
    nullable: bool  # it may be NULL
    value: str  # where it comes from
    checked: bool  # that may be an error
    get: str  # keeps it, "" for nothing
    put: str  # releases it, "" for nothing
    resume: str  # what it is for a walk that begins with `pos`, "" for the same

    @property
    def and_held(self) -> str:
        """What there must be beside an error to release."""
        return f" && walk->{self.name}" if self.nullable else ""


@view_class()
class Anew:
    """start(), next() and stop() of a walk that each start() begins."""

    template: ClassVar = "kernel/iter/anew.c.j2"
    prefix: str
    element: str
    section: Section  # from start() to stop()
    passed: str  # the arguments of new(), as a call has them
    resumes: tuple[Argument, ...]  # what says where the walk goes on


@view_class()
class Held:
    """Those of a walk that open() begins, and that stays where it is from stop() to start()."""

    template: ClassVar = "kernel/iter/held.c.j2"
    prefix: str


@view_class(kw_only=True)
class Form:
    """All of it but the line that has it registered."""

    template: ClassVar = "kernel/iter/form.c.j2"
    prefix: str  # how the names of the iterator's functions begin, "bpf_iter_dmabuf"
    target: str  # what programs attach to
    element: str  # the C type of the elements
    shows: tuple[Member, ...]  # what the context holds
    shows_part: bool  # whether that is something of an element
    shows_arguments: bool  # whether it is an argument
    steps: Part  # start(), next() and stop()
    anew: bool  # each start() begins the walk
    sleeps: bool  # whether the reader may, and programs so
    arguments: tuple[Argument, ...]  # of new()
    passed: str  # the same as a call has them
    link: Link | None  # what a link is asked for, None for nothing

    @property
    def holds(self) -> bool:
        """Whether the iterator stays where it is between two read()s."""
        return not self.anew

    @property
    def begins(self) -> bool:
        """Whether there is something to do at open()."""
        return self.holds or bool(self.arguments)

    @property
    def puts(self) -> tuple[Argument, ...]:
        """What there is to release at close()."""
        return tuple(argument for argument in reversed(self.arguments) if argument.put)

    @property
    def undoes(self) -> bool:
        """Whether open() gives something back when new() has failed."""
        return self.holds and bool(self.puts)

    @property
    def ends(self) -> bool:
        """Whether there is something to do at close()."""
        return self.holds or bool(self.puts)

    @property
    def initialisation(self) -> str:
        """The call that registers the target."""
        return f"{self.prefix}_target_init()"


@view_class()
class Context:
    """What programs get: the struct as vmlinux.h has it."""

    template: ClassVar = "kernel/iter/context.c.j2"
    target: str
    shows: tuple[Shown, ...]

    @property
    def name(self) -> str:
        """The type, with its keyword."""
        return f"struct bpf_iter__{self.target}"


def form(ctx: LoweringContext) -> Form | None:
    """The form, None where the spec asks for none, or for one that Linux has."""
    seq = ctx.it.seq
    if seq is None or seq.existing:
        return None
    shown = frozenset(name for one in seq.shows if one.value for name in one.value.names())
    prefix, passed = f"bpf_iter_{ctx.it.name}", "".join(f", walk->{a.name}" for a in ctx.it.arguments)
    arguments = tuple(_argument(ctx, seq, given) for given in seq.arguments)
    resumes = tuple(argument for argument in arguments if argument.resume)
    anew = Anew(prefix, ctx.it.element, _section(ctx), passed, resumes)
    return Form(
        prefix=prefix,
        target=seq.target,
        element=ctx.it.element,
        shows=tuple(_member(ctx, seq, one) for one in seq.shows),
        shows_part="pos" in shown,
        shows_arguments=any(a.name in shown for a in ctx.it.arguments),
        steps=anew if ctx.it.begins_anew else Held(prefix),
        anew=ctx.it.begins_anew,
        sleeps=not ctx.it.rcu and (ctx.it.context.sleepable or not seq.restart),
        arguments=arguments,
        passed=passed,
        link=link(ctx, seq),
    )


def _section(ctx: LoweringContext) -> Section:
    """RCU, or the CPU whose memory the state is of."""
    if ctx.it.rcu:
        return READS
    pinned = ctx.it.begins_anew and (ctx.it.allocate or ctx.it.buffers) and not ctx.it.context.sleepable
    return PINS if pinned else Section()


def spellings(ctx: LoweringContext) -> Iterator[Mapping[str, str]]:
    """How the names of its C come out: those of the walk, what a link keeps, and what it is asked for."""
    if ctx.it.seq:
        yield spelled(ctx)
        yield {**names.helpers(ctx.it), **kept_names(ctx.it.seq)}
        yield {**names.helpers(ctx.it), **asked_names(ctx.it.seq)}


def spelled(ctx: LoweringContext) -> Mapping[str, str]:
    """How the operations spell an argument, and a helper."""
    return {**names.helpers(ctx.it), **{a.name: f"walk->{a.name}" for a in ctx.it.arguments}}


def _member(ctx: LoweringContext, seq: SeqForm, one: Shown) -> Member:
    value = substitute(one.value.text, spelled(ctx)) if one.value else "pos"
    return Member(
        name=one.name,
        type=one.type,
        struct=one.type.removesuffix("*").strip().removeprefix("struct "),
        value="v" if value == "pos" else f"v ? {value} : NULL",
        trust=" | ".join(("PTR_TO_BTF_ID_OR_NULL", *_trust(ctx, seq, one))),
    )


def _trust(ctx: LoweringContext, seq: SeqForm, one: Shown) -> tuple[str, ...]:
    """What the iterator or the reader holds is trusted, what RCU keeps is for the run, other parts neither.

    kernel/bpf/btf.c, btf_ctx_access(): a program that may sleep gets no such pointer, since its target is
    none that may.
    """
    if one.value is not None and seq.argument(one.value.text.strip()) is not None:
        return ("PTR_TRUSTED",)
    if ctx.it.rcu:
        return ("MEM_RCU",)
    return () if one.value is not None else ("PTR_TRUSTED",)


def _argument(ctx: LoweringContext, seq: SeqForm, given: Given) -> Argument:
    of = ctx.it.argument(given.name)
    kept = {**names.helpers(ctx.it), **kept_names(seq)}
    own = spelled(ctx)

    def text(snippet: Snippet | None) -> str:
        return substitute(snippet.text, own) if snippet else ""

    return Argument(
        name=given.name,
        declared=declare(of.type, given.name) if of else given.name,
        nullable=bool(of and of.nullable),
        value=substitute(given.value.text, kept),
        checked=bool(given.put and not given.get),
        get=text(given.get),
        put=text(given.put),
        resume=text(given.resume),
    )


def context(ctx: LoweringContext) -> Context | None:
    """The context of its programs, None where Linux has it."""
    seq = ctx.it.seq
    return Context(seq.target, seq.shows) if seq and not seq.existing else None


def placed(ctx: LoweringContext) -> Iterator[Placement]:
    """The form behind the kfuncs of a file that is there; a file of its own has it within."""
    made = form(ctx)
    if made is None or not ctx.it.file:
        return
    fragment = Fragment(ctx.it.file, Anchor.TARGET, (), names=(made.target,), guard=ctx.guard)
    yield Placement(fragment, made, lines="kernel/iter/placed.c.j2")
