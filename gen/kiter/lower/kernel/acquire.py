# SPDX-License-Identifier: GPL-2.0-only
"""What new() takes, in order, and how it gives everything back when a later step fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import assign, declare, guarded, indented
from kiter.spec.expression import operand
from kiter.spec.resource import Resource

ERROR = "err"


@dataclass(frozen=True, slots=True)
class Undo:
    """A label of the way out, and the statements behind it."""

    label: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class Acquisition:
    """The steps of one new(), as they are written down."""

    locals: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    undo: list[Undo] = field(default_factory=list)
    goes: bool = False

    def fail(self, errno: str) -> tuple[str, ...]:
        """The statements that return an error, an expression such as -ENOENT."""
        if not self.undo:
            return (f"return {errno};",)
        self.goes = True
        return (f"{ERROR} = {errno};", f"goto {self.undo[-1].label};")

    def way_out(self) -> tuple[str, ...]:
        """What stands behind the last return of new()."""
        if not self.goes:
            return ()
        found: list[str] = []
        for undo in reversed(self.undo):
            found += [f"{undo.label}:", *indented(undo.lines)]
        return (*found, f"\treturn {ERROR};")

    def block(self, lines: Iterable[str]) -> None:
        """Adds statements, apart from those before them."""
        self.lines += [*([""] if self.lines else []), *lines]


def acquisition(ctx: LoweringContext) -> Acquisition:
    """Everything that new() takes: the memory of the state, then the resources in their order."""
    made = Acquisition()
    _memory(ctx, made)
    for resource in ctx.it.resources:
        if resource.buffer:
            _buffer(ctx, resource, made)
        else:
            _pointer(ctx, resource, made)
    _forget_last(ctx, made)
    if made.goes:
        made.locals.append(f"int {ERROR};")
    return made


def _forget_last(ctx: LoweringContext, made: Acquisition) -> None:
    """What is taken last needs no way out: nothing fails behind it."""
    used = {line.removeprefix("\t").removeprefix("goto ") for line in made.lines if "goto " in line}
    while made.undo and f"{made.undo[-1].label};" not in {u.strip() for u in used}:
        made.undo.pop()


def allocator(ctx: LoweringContext) -> tuple[str, str]:
    """How memory of a size is taken and a pointer is freed, with {} for each."""
    if ctx.it.context.sleepable:
        return "kmalloc({}, GFP_KERNEL)", "kfree({});"
    return "bpf_mem_alloc(&bpf_global_ma, {})", "bpf_mem_free(&bpf_global_ma, {});"


def _checked(condition: str, statements: tuple[str, ...], inside: int = 1) -> tuple[str, ...]:
    """An if round one statement, or braces round more."""
    if len(statements) == 1:
        return guarded(condition, statements[0], inside)
    head = guarded(condition, "", inside)[:-1]
    return (*head[:-1], head[-1] + " {", *indented(statements), "}")


def _memory(ctx: LoweringContext, made: Acquisition) -> None:
    memory = ctx.state.memory
    if memory is None:
        return
    take, free = allocator(ctx)
    made.locals.append(declare(memory.pointer, memory.name) + ";")
    lines = assign(memory.name, take.format(f"sizeof(*{memory.name})"))
    made.block((*lines, *_checked(f"!{memory.name}", made.fail("-ENOMEM"))))
    made.undo.append(Undo(f"free_{memory.name}", (free.format(memory.name),)))


def _pointer(ctx: LoweringContext, resource: Resource, made: Acquisition) -> None:
    assert resource.get is not None
    made.locals.append(declare(resource.type, resource.name) + ";")
    lines = assign(resource.name, ctx.scope.new(resource.get))
    if resource.fails:
        fail = _checked(f"IS_ERR({resource.name})", made.fail(f"PTR_ERR({resource.name})"))
    else:
        fail = _checked(f"!{resource.name}", made.fail(f"-{resource.errno}"))
    made.block((*lines, *fail))
    if resource.put is not None:
        made.undo.append(Undo(f"put_{resource.name}", (f"{ctx.scope.new(resource.put)};",)))


def several(ctx: LoweringContext, resource: Resource, count: str) -> str:
    """The condition under which a buffer was allocated, which destroy() must know too; "" for always."""
    if resource.inline:
        return f"{operand(count)} > {resource.inline}"
    return "" if ctx.releases else count


def _buffer(ctx: LoweringContext, resource: Resource, made: Acquisition) -> None:
    assert resource.count is not None
    name, count = resource.name, ctx.scope.new(resource.count)
    take, free = allocator(ctx)
    size = f"{operand(count)} * sizeof(*{name})"
    condition = several(ctx, resource, count)
    first = f" = {_here(ctx, resource)}" if resource.inline else " = NULL" if condition else ""
    made.locals.append(f"{declare(resource.type, name)}{first};")
    lines = (*_too_large(ctx, size, made), *assign(name, take.format(size), 1 + bool(condition)))
    lines = (*lines, *_checked(f"!{name}", made.fail("-ENOMEM")))
    undo: tuple[str, ...] = (free.format(name),)
    if condition:
        store = (f"{ctx.state.base}{name} = {name};",) if resource.inline else ()
        lines = (f"if ({condition}) {{", *indented((*lines, *store)), "}")
        undo = (f"if ({condition})", *indented(undo))
    made.block(lines)
    made.undo.append(Undo(f"free_{name}", undo))
    if resource.fill is not None:
        made.block(_checked(ctx.scope.new(resource.fill), made.fail(f"-{resource.errno}")))


def _too_large(ctx: LoweringContext, size: str, made: Acquisition) -> tuple[str, ...]:
    """The allocator of BPF has classes of sizes, and so a largest one (kernel/bpf/memalloc.c, 6.12)."""
    if ctx.it.context.sleepable:
        return ()
    return _checked(f"bpf_mem_alloc_check_size(false, {size})", made.fail("-E2BIG"))


def _here(ctx: LoweringContext, resource: Resource) -> str:
    """The address of the items that stand in the state."""
    field = f"{ctx.state.base}{names.inline(resource.name)}"
    return f"&{field}" if resource.inline == 1 else field


def found(ctx: LoweringContext, resource: Resource) -> str:
    """Where a buffer is, as the functions after new() find it."""
    assert resource.count is not None
    pointer = f"{ctx.state.base}{resource.name}"
    if not resource.inline:
        return pointer
    condition = several(ctx, resource, ctx.scope.next(resource.count))
    return f"{condition} ? {pointer} : {_here(ctx, resource)}"
