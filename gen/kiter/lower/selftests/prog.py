# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs that walk: progs/<name>_iter.c."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kiter.fixtures.fixture import KEEPERS, TASK, fixture_like
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare, indented
from kiter.lower.kernel import declarations
from kiter.lower.selftests.frame import Frame, fixture, frame, held, passed, without
from kiter.lower.selftests.variants import Flag, cases_told, flags
from kiter.spec.companion import Companion
from kiter.spec.element import Pointer
from kiter.spec.snippet import substitute
from kiter.spec.testcase import TestCase

# where a program of a type, beside syscall, can be loaded without any preparation
SECTIONS = {"tracing": "tp_btf/task_newtask", "xdp": "xdp", "sched_cls": "tc"}


@dataclass(frozen=True, slots=True)
class Call:
    """A companion as it is tried: the call, and what it must return of a live and of a dead iterator."""

    name: str
    call: str
    live: str
    empty: str


@dataclass(frozen=True, slots=True)
class Switch:
    """A call in a task switch: the `handle` that the task stands for, and what is passed."""

    handle: str
    passed: str


@dataclass(frozen=True, slots=True)
class Keep:
    """A program that acquires, and gives back, what a pointer in each element leads to: `body` is for each.

    It finds some in every walk unless the pointer is `nullable`.
    """

    program: str
    variable: str
    body: tuple[str, ...]
    nullable: bool


@dataclass(frozen=True, slots=True)
class View:
    """`tables` are the values of the flag arguments, `data` arrays that cases pass, `cases` what each stores.

    `identity` is a number, over `pos`, made by `naming` where the kernel knows a name only. `good`
    are the arguments with the first flag value there is, "" when there are none; `null` are the
    arguments with NULL where new() takes it, "" when it takes none. `of_self` and `of_pos` count
    references, of the running task or of all elements, where user space cannot. `holds` says that a
    program waits for the world to change, as `wait` does before a call of new(), `spends` that user
    space counts memory, and `under_lock` that the walk may be made with a lock held. `irqs_off` is
    None unless new() refuses to work with interrupts off. `elsewhere` are the other types of programs
    that the iterator's own set is for, with their sections. `keeps` are for what the verifier is told to
    trust, where a kfunc wants that. `declared` is what no header declares.
    """

    name: str
    element: str
    frame: Frame
    declared: tuple[str, ...]
    tables: tuple[tuple[str, tuple[str, ...]], ...]
    data: tuple[str, ...]
    cases: tuple[tuple[str, tuple[str, ...]], ...]
    identity: str
    naming: str
    good: str
    null: str
    of_self: tuple[str, ...]
    of_pos: str
    holds: bool
    spends: bool
    under_lock: bool
    irqs_off: Switch | None
    wait: tuple[str, ...]
    companions: tuple[Call, ...]
    elsewhere: tuple[tuple[str, str], ...]
    keeps: tuple[Keep, ...]


def view(ctx: LoweringContext) -> View:
    """The walking programs of one iterator."""
    found, alike = fixture(ctx), fixture_like(ctx.it)
    given = flags(ctx)
    holds = found is None or found.comes
    counts = [c.value for c in found.references] if found else []
    return View(
        name=ctx.it.name,
        element=ctx.it.element,
        frame=frame(ctx, _keepers(ctx)),
        declared=declarations.in_tests(ctx),
        tables=tables(given),
        data=data(ctx),
        cases=cases(ctx, cases_told(ctx)),
        identity=identity(ctx),
        naming=alike.naming if alike else "",
        good=passed(ctx, (given[0].name, "accepted[0]")) if given else "",
        null=without(ctx),
        of_self=tuple(c for c in counts if c.startswith("self")),
        of_pos=next((c for c in counts if c.startswith("pos")), ""),
        holds=holds,
        spends=found is not None and spends(ctx),
        under_lock=ctx.it.context.spinlock,
        irqs_off=irqs_off(ctx),
        wait=("if (hold)", "\tstay();") if holds else (),
        companions=companions(ctx),
        elsewhere=tuple((kind, SECTIONS[kind]) for kind in ctx.it.programs if kind in SECTIONS),
        keeps=keeps(ctx),
    )


def tables(given: Iterable[Flag]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The constant array of each flag argument's values: its declaration and its items."""
    return tuple(
        (f"{declare(f'const {flag.argument.type}', table(index, flag.name))}[]", flag.values)
        for index, flag in enumerate(given)
    )


def table(index: int, name: str) -> str:
    """What the array of a flag argument's values is called: the first is the one that varies."""
    return f"accepted_{name}" if index else "accepted"


def data(ctx: LoweringContext) -> tuple[str, ...]:
    """The arrays that cases pass."""
    return tuple(f"{declare(a.type, a.name)}[] = {{ {', '.join(a.values)} }};" for a in ctx.it.tests.data)


def cases(ctx: LoweringContext, given: Iterable[TestCase]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each case with the statements that store its arguments."""
    return tuple((trial.name, _stored(ctx, trial)) for trial in given)


def _stored(ctx: LoweringContext, trial: TestCase) -> tuple[str, ...]:
    given = dict(trial.arguments)
    return tuple(f"{a.name} = {given[a.name]};" for a in ctx.it.arguments if a.name in given)


def identity(ctx: LoweringContext) -> str:
    """The number by which user space knows an element."""
    given = ctx.it.tests.identity
    if given is not None:
        return given.text
    found = fixture_like(ctx.it)
    return found.identity if found else "(u64)pos"


def spends(ctx: LoweringContext) -> bool:
    """Whether new() takes memory."""
    return ctx.it.allocate or any(r.buffer for r in ctx.it.resources)


def irqs_off(ctx: LoweringContext) -> Switch | None:
    """A call in a task switch, which is done with interrupts off.

    tp_btf/sched_switch gives a trusted pointer to the task that leaves (include/trace/events/sched.h).
    """
    it, objects = ctx.it, held(ctx)
    open_to_all = not it.programs or "tracing" in it.programs
    if "irqs_off" not in dict(it.context.refuse) or not open_to_all or fixture(ctx) is None:
        return None
    if [a.type for a, _ in objects] != [TASK]:
        return None
    name = objects[0][0].name
    return Switch(name, passed(ctx, (name, "prev")))


def keeps(ctx: LoweringContext) -> tuple[Keep, ...]:
    """A program for each pointer that the verifier is told to trust, of a type that can be acquired."""
    return tuple(_keep(p) for p in ctx.it.held.trusted if _pointed(p) in KEEPERS)


def _pointed(pointer: Pointer) -> str:
    """The type without what says how it is held."""
    return pointer.type.replace("const ", "").replace("__rcu ", "")


def _keepers(ctx: LoweringContext) -> Iterator[str]:
    """The kfuncs that those programs call."""
    for pointer in ctx.it.held.trusted:
        yield from KEEPERS.get(_pointed(pointer), ())


def _keep(pointer: Pointer) -> Keep:
    kind, given = _pointed(pointer), f"pos->{pointer.name}"
    acquire, release = KEEPERS[kind]
    take: tuple[str, ...] = (f"kept = {acquire}({given});",)
    if pointer.nullable:
        take = (f"kept = {given};", "if (!kept)", "\tcontinue;", f"kept = {acquire}(kept);")
    body = indented((*take, "if (!kept)", "\tcontinue;", "nr_elems++;", f"{release}(kept);"), 2)
    return Keep(f"keep_{pointer.name}", declare(kind, "kept") + ";", tuple(body), pointer.nullable)


def companions(ctx: LoweringContext) -> tuple[Call, ...]:
    """The companions that can be tried with numbers: what they say is a number over these."""
    known = {name for trial in ctx.it.tests.cases for name, _ in trial.arguments}
    return tuple(_call(c) for c in ctx.it.companions if c.result and _plain(ctx, c, known))


def _plain(ctx: LoweringContext, companion: Companion, known: set[str]) -> bool:
    own = {p.name for p in companion.parameters if not p.type.endswith("*")}
    result = companion.result
    return result is not None and len(own) == len(companion.parameters) and result.names() <= known | own


def _call(companion: Companion) -> Call:
    values = tuple(str(7 + i) for i, _ in enumerate(companion.parameters))
    given = (*values, "&it") if companion.last else ("&it", *values)
    names = dict(zip((p.name for p in companion.parameters), values, strict=True))
    result, empty = companion.result, companion.empty
    live = substitute(result.text, names) if result else "0"
    return Call(companion.name, f"{companion.name}({', '.join(given)})", live, empty.text if empty else "0")
