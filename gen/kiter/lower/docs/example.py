# SPDX-License-Identifier: GPL-2.0-only
"""A whole BPF program that uses the iterator: what the reference page shows, and what is compiled and run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiter.btf.types import Function
from kiter.fixtures.known import handles_of, hooked
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import declare
from kiter.lower.kernel import declarations
from kiter.lower.selftests.frame import Frame, frame, of_context
from kiter.lower.selftests.hosts import hook_of, loadable
from kiter.lower.selftests.inputs import Array, arrays
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument
from kiter.spec.model import NO_HEADER
from kiter.spec.testcase import TestCase

# a format, and what to print of an element: fields that 6.12 and 7.3 both have
SHOWN: Mapping[str, tuple[str, str]] = {
    "struct task_struct *": ("%d %s", "pos->pid, pos->comm"),
    "struct cgroup *": ("%llu", "pos->kn->id"),
    "struct cgroup_subsys_state *": ("%llu", "pos->cgroup->kn->id"),
    "struct vm_area_struct *": ("%lx-%lx", "pos->vm_start, pos->vm_end"),
    "struct kmem_cache *": ("%s", "pos->name"),
    "struct dma_buf *": ("%lu bytes", "pos->size"),
    "int *": ("%d", "*pos"),
    "u32 *": ("%u", "*pos"),
    "s64 *": ("%lld", "*pos"),
    "u64 *": ("%llu", "*pos"),
}
FIRST = "1"  # process 1, and the root of the cgroups


@view_class()
class Id:
    """The number that an object is found by, and one that there always is."""

    declaration: str
    value: str


@view_class()
class Loop:
    """A walk that prints each element."""

    # the declaration of the pointer to an element
    pos: str
    # whether it stands in an RCU read-side critical section
    rcu: bool
    iterator: str  # its name
    # what stands behind the iterator: pos, and the arguments of new()
    passed: tuple[str, ...]
    format: str  # what the program prints
    printed: str  # its value


@view_class()
class View:
    """The program."""

    header: str  # declares the iterator beside libbpf's, "" if nothing must
    # the lines that declare what no header does
    declared: tuple[Function, ...]
    frame: Frame  # what stands around the walk
    arrays: tuple[Array, ...]  # those that arguments are
    ids: tuple[Id, ...]  # by which objects that it passes are found
    section: str  # the type of the program
    # what it returns where there is no such object
    failed: int
    name: str  # of the program
    loop: Loop  # over the elements


def view(ctx: LoweringContext) -> View | None:
    """None where no program can come by an argument on its own."""
    given = _given(ctx)
    section = _section(ctx)
    if given is None or not section:
        return None
    handles = handles_of(ctx.it)
    used = tuple(a for a in ctx.it.arguments if a.type in handles and given[a.name] != "NULL")
    handed = tuple(a for a, _ in hooked(ctx.it))
    around = frame(replace(ctx, it=replace(ctx.it, arguments=(*used, *handed))))
    return View(
        header=_header(ctx),
        declared=declarations.prototypes(ctx) if declarations.home(ctx) == NO_HEADER else (),
        frame=around,
        arrays=tuple(array for array in arrays(ctx) if array.name in given.values()),
        ids=(
            *(_id(a, handles[a.type].number) for a in used),
            *(Id(declare(a.type, a.name), FIRST) for a in ctx.it.arguments if _chosen(ctx, a)),
        ),
        section=section,
        failed=int(section == "syscall"),
        name=f"show_{ctx.it.name}",
        loop=loop(ctx, given),
    )


def loop(ctx: LoweringContext, given: Mapping[str, str] | None = None) -> Loop:
    """The loop alone; arguments that are not given by their names."""
    it = ctx.it
    values = (given or _given(ctx) or {}).get
    form, printed = _shown(ctx)
    return Loop(
        pos=declare(it.element, "pos"),
        rcu=it.rcu,
        iterator=it.name,
        passed=("pos", *(values(a.name, a.name) for a in it.arguments if not a.implicit)),
        format=form,
        printed=printed,
    )


def _shown(ctx: LoweringContext) -> tuple[str, str]:
    """A format, and what to print of an element."""
    identity = ctx.it.tests.identity
    if ctx.it.element not in SHOWN and identity is not None:
        return "%llu", f"(u64)({identity.text})"
    return SHOWN.get(ctx.it.element, ("%p", "pos"))


def _header(ctx: LoweringContext) -> str:
    """As programs include it: libbpf's own are there already, those of a scheduler are below include/."""
    home = declarations.home(ctx)
    if home == NO_HEADER or home.startswith(declarations.LIBBPF):
        return ""
    folder, _, below = home.partition("/include/")
    return f"<{below}>" if below else f'"{folder.rpartition("/")[2]}"'


def _section(ctx: LoweringContext) -> str:
    """The type of program: "" where one needs something to be attached to that is not known here."""
    if hook := hook_of(ctx):
        return hook.section
    allowed, kinds = ctx.it.context.allow, ctx.it.programs
    if (not allowed or {"sleepable", "syscall"} & {*allowed}) and (not kinds or "syscall" in kinds):
        return "syscall"
    sections = loadable(ctx)
    return next((sections[kind] for kind in kinds if kind in sections and not allowed), "")


def _given(ctx: LoweringContext) -> dict[str, str] | None:
    """What is passed for each argument; None if one cannot be acquired."""
    values = {a.name: _value(ctx, a) for a in ctx.it.arguments if not a.implicit}
    return values if all(values.values()) else None


def _value(ctx: LoweringContext, argument: Argument) -> str:
    given = dict(ctx.it.tests.arguments)
    first = ctx.cases[0]
    case, handles = _visiting(ctx), handles_of(ctx.it)
    if argument.type in handles:
        null = argument.nullable and argument.name not in first.requires
        return "NULL" if null else handles[argument.type].given(argument.name)
    if argument.name in {one.name for one, _ in hooked(ctx.it)}:
        return of_context(argument)
    if argument.values:
        return argument.values[0].flag
    if case and argument.name in dict(case.arguments):
        return dict(case.arguments)[argument.name]
    if argument.name in given:
        return argument.name if _chosen(ctx, argument) else given[argument.name].text
    return "" if argument.pointer else "0"


def _chosen(ctx: LoweringContext, argument: Argument) -> bool:
    """Whether only user space can say what is passed: cases call with other values, and it is no number."""
    set_by = any(argument.name in dict(case.arguments) for case in ctx.it.tests.cases)
    given = dict(ctx.it.tests.arguments).get(argument.name)
    return set_by and given is not None and not argument.pointer and not given.text.isdigit()


def _visiting(ctx: LoweringContext) -> TestCase | None:
    """The first case of the tests that visits anything."""
    return next((case for case in ctx.it.tests.cases if case.values), None)


def _id(argument: Argument, kind: str) -> Id:
    return Id(f"{kind} {argument.name}_id", FIRST)
