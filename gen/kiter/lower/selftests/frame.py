# SPDX-License-Identifier: GPL-2.0-only
"""What the test programs have in common: how they come to the arguments of new()."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kiter.fixtures.fixture import Fixture, unknown
from kiter.fixtures.handle import Handle, name_of
from kiter.fixtures.known import fixture_of, handles_of, hooked
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.selftests.hosts import Host, host
from kiter.lower.selftests.variants import flags
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument

# kernel/bpf/helpers.c, common_btf_ids
SECTIONS = (
    "void bpf_rcu_read_lock(void)",
    "void bpf_rcu_read_unlock(void)",
    "void bpf_preempt_disable(void)",
    "void bpf_preempt_enable(void)",
)


@view_class()
class Object:
    """A kernel object that a program acquires before it walks, by the number in `<name>_id`."""

    name: str
    # the declaration of the variable that holds it
    holder: str
    acquire: str
    release: str
    # those acquired before it, the latest first: what to release where this one is not to be had
    before: tuple[Object, ...]


@view_class()
class Handed:
    """An object that the kernel hands to a program where it is attached."""

    name: str  # the argument
    holder: str  # the declaration of a variable that holds it
    function: str  # how the function begins that gives it
    # which of the arguments there it is
    argument: int


@view_class()
class Frame:
    """What stands around the walk of every test program."""

    # prototypes of the kfuncs that it calls beside the iterator's
    ksyms: tuple[str, ...]
    # declarations of what the test sets before a run
    inputs: tuple[str, ...]
    # acquired in this order, released in the reverse one
    objects: tuple[Object, ...]
    handed: tuple[Handed, ...]  # what the kernel hands to the programs
    # whether the walk is made in an RCU read-side critical section
    rcu: bool
    # what stands behind the iterator in a call of new(), with its comma
    passed: str
    args: str  # the same, where the objects are members of `args`
    # the type of the programs
    host: Host

    @property
    def own(self) -> tuple[str, ...]:
        """The prototypes that no header which all iterators share has."""
        return tuple(prototype for prototype in self.ksyms if prototype not in SECTIONS)

    @property
    def gets(self) -> bool:
        """Whether new() is given objects, which a program must come by."""
        return bool(self.objects or self.handed)


def held(ctx: LoweringContext) -> tuple[tuple[Argument, Handle], ...]:
    """The arguments that are kernel objects."""
    known = handles_of(ctx.it)
    return tuple((a, known[a.type]) for a in ctx.it.arguments if a.type in known)


def fixture(ctx: LoweringContext) -> Fixture:
    """The surroundings of the elements; where they are not known, one that can do nothing."""
    return fixture_of(ctx.it) or unknown(ctx.it.element)


def place(ctx: LoweringContext) -> str:
    """The argument that says where between the elements a walk begins, "" where there is none."""
    found = fixture(ctx)
    return found.place if ctx.it.argument(found.place) else ""


def varied(ctx: LoweringContext) -> tuple[Argument, ...]:
    """The arguments whose values a test chooses, as variables of the programs."""
    names = {flag.name for flag in flags(ctx)} | {place(ctx)}
    names |= {name for case in ctx.it.tests.cases for name, _ in case.arguments}
    return tuple(a for a in ctx.it.arguments if a.name in names)


ARGS = "args."  # where the programs that share iter_walks.h have objects


def passed(ctx: LoweringContext, instead: tuple[str, str] = ("", ""), place: str = "") -> str:
    """The arguments of a call; `instead` is an argument's name and what to pass in its place.

    Objects are in variables, or in members of what `place` names.
    """
    given = dict(ctx.it.tests.arguments)
    chosen, handles = {a.name for a in varied(ctx)}, handles_of(ctx.it)
    handed = {a.name for a, _ in hooked(ctx.it)}
    values: list[str] = []
    for a in ctx.it.arguments:
        if a.implicit:
            continue
        if a.name == instead[0]:
            values.append(instead[1])
        elif a.type in handles:
            values.append(handles[a.type].given(f"{place}{a.name}"))
        elif a.name in handed:
            values.append(f"{place}{a.name}" if place else of_context(a))
        elif a.name not in chosen and a.name in given:
            values.append(given[a.name].text)
        else:
            values.append(a.name)
    return "".join(f", {value}" for value in values)


def of_context(argument: Argument) -> str:
    """What the kernel hands to a program for an argument."""
    return f"{argument.name}_of(ctx)"


def without(ctx: LoweringContext) -> str:
    """The arguments of a call that passes NULL for an object where it may; "" when it may nowhere."""
    nullable = [a.name for a, _ in held(ctx) if a.nullable]
    return passed(ctx, (nullable[0], "NULL"), ARGS) if nullable else ""


def frame(ctx: LoweringContext, extra: Iterable[str] = ()) -> Frame:
    """The frame of the programs of one iterator; `extra` are further kernel symbols they call."""
    handles = held(ctx)
    wanted = {symbol for _, h in handles for symbol in (h.get, h.release)} | set(extra)
    inside = _in_section(ctx)
    wanted |= {"bpf_rcu_read_lock", "bpf_rcu_read_unlock"} if inside else set()
    return Frame(
        ksyms=tuple(p for p in _prototypes(ctx) if name_of(p) in wanted),
        inputs=(
            *(declare(h.number, f"{a.name}_id") for a, h in handles),
            *(declare(a.type, a.name) for a in varied(ctx)),
        ),
        objects=_objects(handles),
        handed=tuple(_handed(a, hook.argument) for a, hook in hooked(ctx.it)),
        rcu=inside,
        passed=passed(ctx),
        args=passed(ctx, place=ARGS),
        host=host(ctx),
    )


def _handed(argument: Argument, number: int) -> Handed:
    name, kind = argument.name, argument.type
    return Handed(name, declare(kind, name), declare(kind, f"{name}_of"), number)


def _in_section(ctx: LoweringContext) -> bool:
    """Whether a walk is made in a critical section: it must be, or RCU alone protects what is passed."""
    return ctx.it.rcu or passes_rcu(ctx)


def passes_rcu(ctx: LoweringContext) -> bool:
    """Whether new() is given what RCU alone may protect: an expression of the spec, of no fixture's type."""
    known = {*handles_of(ctx.it), *(a.type for a, _ in hooked(ctx.it))}
    return any(a.rcu and a.type not in known for a in ctx.it.arguments)


def _prototypes(ctx: LoweringContext) -> Iterator[str]:
    """Those of all kfuncs that a test program may call beside an iterator's."""
    of_objects = {name_of(p): p for handle in handles_of(ctx.it).values() for p in handle.prototypes}
    yield from (of_objects[name] for name in sorted(of_objects))
    yield from SECTIONS


def _objects(handles: tuple[tuple[Argument, Handle], ...]) -> tuple[Object, ...]:
    found: list[Object] = []
    for a, h in handles:
        before = tuple(reversed(found))
        found.append(Object(a.name, declare(h.holder, a.name), h.get, h.release, before))
    return tuple(found)
