# SPDX-License-Identifier: GPL-2.0-only
"""What new() takes, in order, and how it gives everything back when a later step fails."""

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
from kiter.spec.resource import Resource


@view_class()
class State:
    """Takes the memory of an allocated state; `back` is the label for what fails, "" for a return."""

    template: ClassVar = "kernel/new/state.c.j2"
    name: str
    allocator: str
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
    name: str
    count: str
    allocator: str
    condition: str  # under which there is one, "" for always
    field: str  # where it is stored at once, "" for later
    fill: str  # true where it cannot be filled, "" for nothing to fill
    errno: str
    back: str
    undo: str  # the label behind it


@view_class()
class Undo:
    """A label of the way out, and what stands behind it."""

    label: str
    part: Part


Step = State | Pointer | PointerOrError | Buffer


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


def _taken(ctx: LoweringContext) -> Iterator[tuple[Step, Undo | None]]:
    allocator, state = memory.allocator(ctx), ctx.state.memory
    if state is not None:
        yield State(state.name, allocator, ""), Undo(f"free_{state.name}", Free(state.name, allocator))
    for resource in ctx.it.resources:
        yield _buffer(ctx, resource) if resource.buffer else _pointer(ctx, resource)


def _pointer(ctx: LoweringContext, resource: Resource) -> tuple[Step, Undo | None]:
    assert resource.get is not None
    name, get = resource.name, ctx.scope.new(resource.get)
    step = PointerOrError(name, get, "") if resource.fails else Pointer(name, get, resource.errno, "")
    return step, Undo(f"put_{name}", Put(ctx.scope.new(resource.put))) if resource.put else None


def _buffer(ctx: LoweringContext, resource: Resource) -> tuple[Buffer, Undo]:
    name, count = resource.name, ctx.scope.new(memory.count(resource))
    allocator, condition = memory.allocator(ctx), memory.several(ctx, resource, count)
    free: Part = Free(name, allocator)
    undo = Undo(f"free_{name}", When(condition, free) if condition else free)
    buffer = Buffer(
        name=name,
        count=operand(count),
        allocator=allocator,
        condition=condition,
        field=ctx.scope.field(name) if resource.inline else "",
        fill=ctx.scope.new(resource.fill) if resource.fill else "",
        errno=resource.errno,
        back="",
        undo=undo.label if resource.fill else "",
    )
    return buffer, undo


def _variables(ctx: LoweringContext) -> Iterator[Variable]:
    state = ctx.state.memory
    if state is not None:
        yield Variable(declare(state.pointer, state.name))
    for resource in ctx.it.resources:
        yield Variable(declare(resource.type, resource.name), _begin(ctx, resource))


def _begin(ctx: LoweringContext, resource: Resource) -> str:
    """Where a buffer is until it is known to be allocated, "" where it always is."""
    if resource.inline:
        return memory.here(ctx, resource)
    sometimes = resource.buffer and memory.several(ctx, resource, ctx.scope.new(memory.count(resource)))
    return "NULL" if sometimes else ""
