# SPDX-License-Identifier: GPL-2.0-only
"""A whole BPF program that uses the iterator: what the reference page shows, and what is compiled and run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kiter.lower import declarations
from kiter.lower.ctext import declare, indented, spaced
from kiter.lower.play import play
from kiter.lower.prog import SECTIONS
from kiter.lower.scene import Scene
from kiter.lower.worlds import HANDLES
from kiter.spec.argument import Argument
from kiter.spec.trial import Trial

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
FIRST = {"s32": "1", "u64": "1"}  # process 1, and the root of the cgroups


@dataclass(frozen=True, slots=True)
class View:
    """`header` is what declares the iterator beside libbpf's, "" if nothing must; the rest is lines."""

    header: str
    ksyms: tuple[str, ...]
    data: tuple[str, ...]
    section: str
    name: str
    body: tuple[str, ...]


def view(scene: Scene) -> View | None:
    """None where no program can come by an argument on its own."""
    given = _given(scene)
    section = _section(scene)
    if given is None or not section:
        return None
    used = tuple(a for a in scene.it.arguments if a.type in HANDLES and given[a.name] != "NULL")
    around = play(replace(scene, it=replace(scene.it, arguments=used)))
    return View(
        header=_header(scene),
        ksyms=(
            *(declarations.lines(scene) if declarations.home(scene) == declarations.NONE else ()),
            *around.ksyms,
        ),
        data=(*_data(scene, given), *(_number(a) for a in used)),
        section=section,
        name=f"show_{scene.it.name}",
        body=spaced(
            indented(block)
            for block in (
                (declare(scene.it.element, "pos") + ";", *around.locals),
                around.enter,
                loop(scene, given),
                (*around.leave, "return 0;"),
            )
        ),
    )


def loop(scene: Scene, given: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The loop alone, in the critical section that it needs; arguments that are not given by their names."""
    it = scene.it
    values = (given or _given(scene) or {}).get
    passed = "".join(f", {values(a.name, a.name)}" for a in it.arguments if not a.implicit)
    found = (f"bpf_for_each({it.name}, pos{passed})", f"\t{_show(scene)}")
    return ("bpf_rcu_read_lock();", *found, "bpf_rcu_read_unlock();") if it.rcu else found


def _show(scene: Scene) -> str:
    form, values = SHOWN.get(scene.it.element, ("%p", "pos"))
    if scene.it.element not in SHOWN and scene.it.tests.identity is not None:
        form, values = "%llu", f"(u64)({scene.scope.snippet(scene.it.tests.identity).text})"
    return f'bpf_printk("{form}", {values});'


def _header(scene: Scene) -> str:
    """As programs include it: libbpf's own are there already, those of a scheduler are below include/."""
    home = declarations.home(scene)
    if home == declarations.NONE or home.startswith(declarations.LIBBPF):
        return ""
    folder, _, below = home.partition("/include/")
    return f"<{below}>" if below else f'"{folder.rpartition("/")[2]}"'


def _section(scene: Scene) -> str:
    """The type of program: "" where one needs something to be attached to that is not known here."""
    allowed, kinds = scene.it.context.allow, scene.it.programs
    if (not allowed or {"sleepable", "syscall"} & {*allowed}) and (not kinds or "syscall" in kinds):
        return "syscall"
    return next((SECTIONS[kind] for kind in kinds if kind in SECTIONS and not allowed), "")


def _given(scene: Scene) -> dict[str, str] | None:
    """What is passed for each argument; None if one cannot be had."""
    values = {a.name: _value(scene, a) for a in scene.it.arguments if not a.implicit}
    return values if all(values.values()) else None


def _value(scene: Scene, argument: Argument) -> str:
    given = dict(scene.it.tests.arguments)
    first = scene.cases[0]
    trial = _trial(scene)
    if argument.name == scene.it.select:
        return first.flag
    if argument.type in HANDLES:
        null = argument.nullable and argument.name not in first.requires
        return "NULL" if null else HANDLES[argument.type].passed.format(h=argument.name)
    if argument.combinations:
        return argument.combinations[0].c
    if trial and argument.name in dict(trial.arguments):
        return dict(trial.arguments)[argument.name]
    if argument.name in given:
        return scene.scope.snippet(given[argument.name]).text
    return "" if argument.pointer else "0"


def _trial(scene: Scene) -> Trial | None:
    """The first case of the tests that visits anything."""
    return next((trial for trial in scene.it.tests.cases if trial.values), None)


def _data(scene: Scene, given: Mapping[str, str]) -> tuple[str, ...]:
    arrays = (array for array in scene.it.tests.data if array.name in given.values())
    return tuple(f"{array.type} {array.name}[] = {{ {', '.join(array.values)} }};" for array in arrays)


def _number(argument: Argument) -> str:
    kind = HANDLES[argument.type].id
    return f"{kind} {argument.name}_id = {FIRST[kind]}; /* user space may set another */"
