# SPDX-License-Identifier: GPL-2.0-only
"""The programs that an iterator has alone: each is a partial in templates/selftests/prog/, and its needs."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.fixtures.handle import Handle
from kiter.fixtures.known import handles_of
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.selftests.frame import ARGS, fixture, held, passed, without
from kiter.lower.selftests.hosts import OPERATIONS, admitted
from kiter.lower.selftests.variants import flags
from kiter.lower.view_class import view_class
from kiter.spec.companion import Companion
from kiter.spec.element import Pointer, Reference
from kiter.spec.snippet import free_names, substitute


@view_class()
class Program:
    """What every program has."""

    name: str
    template: str


@view_class()
class Call(Program):
    """One that calls new() with other arguments than the rest: what stands behind the iterator."""

    passed: str


@view_class()
class Switch(Call):
    """A call of new() in a task switch: the argument that the `task` stands for."""

    task: str


@view_class()
class Count(Program):
    """Counts references where user space cannot: the sum of `counts`."""

    counts: tuple[str, ...]


@view_class()
class Keep(Program):
    """Acquires, and releases, what a `pointer` in each element leads to.

    `kept` declares the variable for it. It finds some in every walk unless the pointer is `nullable`.
    """

    pointer: str
    kept: str
    acquire: str
    release: str
    nullable: bool


@view_class()
class Ask(Program):
    """Calls a `companion`, and says what it must return of a live and of an empty iterator."""

    companion: str
    call: str
    # what it returns of a live iterator, "" if that depends on more than numbers
    live: str
    empty: str


@view_class()
class Question(Program):
    """Puts a question of the spec's author to companions: statements of a `function` over an element."""

    companion: str  # the name of the question
    function: str  # that of the function
    calls: str  # its statements
    live: str  # what it returns unless new() has failed
    empty: str  # what it returns when new() has failed
    flag: str  # the program's variable for the flags that new() is given, "" without


@view_class()
class Load(Program):
    """Is loaded only: a program of another `kind`."""

    kind: str
    section: str


def programs(ctx: LoweringContext) -> Iterator[Program]:
    """Those of one iterator alone, in the order of the file; the others are in shared/walks.h.j2."""
    if null := without(ctx):
        yield Call("probe_null", _partial("probe_null"), null)
    yield from counters(ctx)
    yield from keeps(ctx)
    yield from asks(ctx)
    yield from questions(ctx)
    if switch := irqs_off(ctx):
        yield switch
    for kind, section in admitted(ctx):
        partial = _partial("from_struct_ops" if kind in OPERATIONS else "from")
        yield Load(f"from_{kind}", partial, kind, section)


def _partial(name: str) -> str:
    return f"selftests/prog/{name}.c.j2"


def takes_memory(ctx: LoweringContext) -> bool:
    """Whether new() takes memory, which user space counts."""
    return ctx.it.allocate or bool(ctx.it.buffers)


def counters(ctx: LoweringContext) -> Iterator[Count]:
    """Of the running task, or of all elements."""
    given = fixture(ctx).references
    of_self = tuple(c for c in given if "self" in free_names(c))
    of_elements = tuple(c for c in given if "pos" in free_names(c))
    if of_self:
        yield Count("references", _partial("references_of_self"), of_self)
    if of_elements:
        yield Count("references", _partial("references_of_elements"), of_elements)


def irqs_off(ctx: LoweringContext) -> Switch | None:
    """A call in a task switch, which is done with interrupts off; None unless new() refuses that.

    tp_btf/sched_switch gives a trusted pointer to the task before (include/trace/events/sched.h).
    """
    it, objects = ctx.it, held(ctx)
    open_to_all = not it.programs or "tracing" in it.programs
    if "irqs_off" not in dict(it.context.fails).values() or not open_to_all:
        return None
    if [a.type for a, _ in objects] != ["struct task_struct *"]:
        return None
    name = objects[0][0].name
    return Switch("irqs_off", _partial("irqs_off"), passed(ctx, (name, "prev"), ARGS), name)


def keeps(ctx: LoweringContext) -> tuple[Keep, ...]:
    """A program for what can be acquired: pointers that the verifier is told to trust, and elements."""
    known = handles_of(ctx.it)
    found = ((p, known.get(_pointed(p))) for p in ctx.it.held.trusted)
    kept = tuple(_keep(p, h) for p, h in found if h and h.acquire and h.holder == _pointed(p))
    return (*kept, *([_own(ctx, reference)] if (reference := ctx.it.held.reference) else []))


def _own(ctx: LoweringContext, reference: Reference) -> Keep:
    """The same for the element itself, by the kfuncs that come with it."""
    kept = declare(ctx.it.element, "kept")
    names = reference.acquire, reference.release
    return Keep("keep_element", _partial("keep_element"), "pos", kept, *names, nullable=False)


def keepers(ctx: LoweringContext) -> Iterator[str]:
    """The kfuncs that those programs call."""
    for keep in keeps(ctx):
        yield from (keep.acquire, keep.release)


def _pointed(pointer: Pointer) -> str:
    """The type without what says how it is held."""
    return pointer.type.replace("const ", "").replace("__rcu ", "")


def _keep(pointer: Pointer, handle: Handle) -> Keep:
    return Keep(
        name=f"keep_{pointer.name}",
        template=_partial("keep_nullable" if pointer.nullable else "keep"),
        pointer=f"pos->{pointer.name}",
        kept=declare(handle.holder, "kept"),
        acquire=handle.acquire,
        release=handle.release,
        nullable=pointer.nullable,
    )


def asks(ctx: LoweringContext) -> tuple[Ask, ...]:
    """Of the companions that return something and take numbers only."""
    return tuple(_ask(ctx, c) for c in ctx.it.companions if c.result and _takes_numbers(c))


def questions(ctx: LoweringContext) -> tuple[Question, ...]:
    """Those of the spec."""
    flag = next((given.name for given in flags(ctx)), "")
    return tuple(
        Question(
            name=f"ask_{ask.name}",
            template=_partial("ask"),
            companion=ask.name,
            function=f"calls_{ask.name}",
            calls=ask.calls.text,
            live=ask.live,
            empty=ask.empty,
            flag=flag,
        )
        for ask in ctx.it.tests.asks
    )


def _takes_numbers(companion: Companion) -> bool:
    return not any(p.type.endswith("*") for p in companion.parameters)


def _ask(ctx: LoweringContext, companion: Companion) -> Ask:
    known = {name for case in ctx.it.tests.cases for name, _ in case.arguments}
    own = {p.name for p in companion.parameters}
    values = tuple(str(7 + i) for i, _ in enumerate(companion.parameters))
    given = (*values, "&it") if companion.last else ("&it", *values)
    names = dict(zip((p.name for p in companion.parameters), values, strict=True))
    result, empty = companion.result, companion.empty
    return Ask(
        name=f"ask_{companion.name}",
        template=_partial("companion"),
        companion=companion.name,
        call=f"{companion.name}({', '.join(given)})",
        live=substitute(result.text, names) if result and result.names() <= known | own else "",
        empty=empty.text if empty else "0",
    )
