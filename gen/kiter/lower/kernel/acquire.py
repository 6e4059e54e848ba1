# SPDX-License-Identifier: GPL-2.0-only
"""What new() takes, in order, and how it releases everything when a later step fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from kiter.lower.context import LoweringContext
from kiter.lower.ctext import Variable, declare
from kiter.lower.kernel import memory
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.release import Free, Put, When
from kiter.lower.view_class import view_class
from kiter.spec.expression import operand
from kiter.spec.resource import Buffer as Memory
from kiter.spec.resource import Resource, Taken
from kiter.spec.walk import Native


@view_class()
class State:
    """Takes the memory of an allocated state; `back` is the label for what fails, "" for a return."""

    template: ClassVar = "kernel/new/state.c.j2"
    name: str
    allocator: str
    back: str


@view_class()
class Always:
    """Takes what is always had."""

    template: ClassVar = "kernel/new/always.c.j2"
    name: str
    get: str
    back: str


@view_class()
class Pointer:
    """Takes a pointer, NULL for none."""

    template: ClassVar = "kernel/new/pointer.c.j2"
    name: str
    get: str
    errno: str
    back: str


@view_class()
class PointerOrError:
    """Takes a pointer that may be an ERR_PTR()."""

    template: ClassVar = "kernel/new/pointer_or_error.c.j2"
    name: str
    get: str
    back: str


@view_class()
class Buffer:
    """Takes a buffer."""

    template: ClassVar = "kernel/new/buffer.c.j2"
    name: str  # the variable
    count: str  # of its items
    allocator: str  # the partial of the functions that make it
    condition: str  # under which there is one, "" for always
    field: str  # where it is stored at once, "" for later
    fill: str  # fills it, and is true where that fails; "" for nothing to fill
    errno: str  # "" where filling it cannot fail
    back: str  # the label to go to where it cannot be acquired, "" to return
    undo: str  # the one where it cannot be filled


@view_class()
class Checked:
    """Refuses for what was taken."""

    template: ClassVar = "kernel/new/checked.c.j2"
    when: str
    errno: str
    back: str


@view_class()
class Undo:
    """A label of the way out, and what stands behind it."""

    label: str
    part: Part


Step = State | Always | Pointer | PointerOrError | Buffer | Checked


@view_class()
class Acquisition:
    """The steps of one new(), the variables they want, and the way out, the last thing taken first."""

    steps: tuple[Step, ...]
    variables: tuple[Variable, ...]
    undo: tuple[Undo, ...]


def acquisition(ctx: LoweringContext) -> Acquisition:
    """Everything that new() takes: the memory of the state, then the resources in their order."""
    steps: list[Step] = []
    undo: list[Undo] = []
    for step, after in _taken(ctx):
        steps.append(replace(step, back=undo[-1].label if undo else ""))
        undo += [after] if after else []
    used = {step.back for step in steps} | {step.undo for step in steps if isinstance(step, Buffer)}
    while undo and undo[-1].label not in used:
        undo.pop()  # nothing fails behind what is taken last
    variables = (*_variables(ctx), *([Variable("int err")] if undo else []))
    return Acquisition(tuple(steps), variables, tuple(reversed(undo)))


def stored_at_once(ctx: LoweringContext) -> Resource | None:
    """What is taken last, is always had, and is only stored: it wants no variable."""
    last, walk = next(reversed(ctx.it.taken), None), ctx.cases[0].walk
    if not isinstance(last, Resource) or last.fails or not ctx.state.has(last.name):
        return None
    begin = [
        *(field.init for field in ctx.it.fields),
        *(refusal.when for refusal in ctx.it.refusals),
        walk.start if isinstance(walk, Native) else None,
    ]
    return None if any(last.name in snippet.names() for snippet in begin if snippet) else last


def _taken(ctx: LoweringContext) -> Iterator[tuple[Step, Undo | None]]:
    allocator, state = memory.allocator(ctx), ctx.state.memory
    if state is not None:
        yield State(state.name, allocator, ""), Undo(f"free_{state.name}", Free(state.name, allocator))
    at_once = stored_at_once(ctx)
    for resource in (r for r in ctx.it.resources if r is not at_once and not r.early):
        yield _resource(ctx, resource)
        yield from ((step, None) for step in _asked(ctx, resource))
    for buffer in ctx.it.buffers:
        yield _buffer(ctx, buffer)
        yield from ((step, None) for step in _asked(ctx, buffer))


def early(ctx: LoweringContext) -> tuple[Step, ...]:
    """What new() looks up before all else; there is nothing to release."""
    return tuple(_resource(ctx, resource)[0] for resource in ctx.it.early)


def _asked(ctx: LoweringContext, taken: Taken) -> Iterator[Checked]:
    """The checks that had to wait for this."""
    for refusal in ctx.it.refusals:
        if ctx.it.awaited(refusal) is taken:
            yield Checked(ctx.scope.new(refusal.when), refusal.errno, "")


def _resource(ctx: LoweringContext, resource: Resource) -> tuple[Step, Undo | None]:
    name, get = resource.name, ctx.scope.new(resource.get)
    match resource.fails:
        case ():
            step: Step = Always(name, get, "")
        case ((errno, _),):
            step = Pointer(name, get, errno, "")
        case _:
            step = PointerOrError(name, get, "")
    return step, Undo(f"put_{name}", Put(ctx.scope.new(resource.put))) if resource.put else None


def _buffer(ctx: LoweringContext, given: Memory) -> tuple[Buffer, Undo]:
    name, count = given.name, ctx.scope.new(given.count)
    allocator, condition = memory.allocator(ctx), memory.several(ctx, given, count)
    free: Part = Free(name, allocator)
    undo = Undo(f"free_{name}", When(condition, free) if condition else free)
    buffer = Buffer(
        name=name,
        count=operand(count),
        allocator=allocator,
        condition=condition,
        field=ctx.scope.field(name) if given.inline else "",
        fill=ctx.scope.new(given.fill) if given.fill else "",
        errno=given.fails[0][0] if given.fails else "",
        back="",
        undo=undo.label if given.fails else "",
    )
    return buffer, undo


def _variables(ctx: LoweringContext) -> Iterator[Variable]:
    state = ctx.state.memory
    if state is not None:
        yield Variable(declare(state.pointer, state.name))
    at_once = stored_at_once(ctx)
    for taken in (taken for taken in ctx.it.taken if taken is not at_once):
        yield Variable(declare(taken.type, taken.name), _begin(ctx, taken))


def _begin(ctx: LoweringContext, taken: Taken) -> str:
    """Where a buffer is until it is known to be allocated, "" where it always is."""
    if isinstance(taken, Resource):
        return ""
    if taken.inline:
        return memory.here(ctx, taken)
    return "NULL" if memory.several(ctx, taken, ctx.scope.new(taken.count)) else ""
