# SPDX-License-Identifier: GPL-2.0-only
"""new(): empties the iterator, refuses what it must, takes what the walk needs, and begins.

The order is the contract: next() and destroy() are called whatever new() returns (kernel/bpf/verifier.c,
is_iter_reg_valid_uninit(), 6.4 and later), so the iterator is empty before the first error return.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from kiter.lower import acquire, describe, limits, names
from kiter.lower.ctext import assign, declare, guarded, indented, prototype, spaced
from kiter.lower.expression import negated
from kiter.lower.function import Function
from kiter.lower.scene import Scene
from kiter.lower.steps import Steps
from kiter.spec.case import Case
from kiter.spec.refusal import Refusal
from kiter.spec.walk import Native

CONSTANTS = {"NULL", "false"}
EMPTY_FIRST = "/* next() and destroy() are called even when this fails */"
REFUSED_IN = {"irqs_off": "irqs_disabled()", "nmi": "in_nmi()"}


def function(scene: Scene) -> Function:
    """The kfunc bpf_iter_X_new()."""
    head = prototype("int", names.function(scene.it, "new"), parameters(scene), "__bpf_kfunc")
    taken = acquire.acquisition(scene)
    blocks = (
        (*scene.kit, *sorted(taken.locals, key=len, reverse=True)),
        _asserts(scene),
        (EMPTY_FIRST, *scene.state.live.clear) if describe.failures(scene) else (),
        _refuse(scene, scene.it.refusals, 1),
        limits.counted(scene),
        () if scene.it.select else _demands(scene, scene.cases[0]),
        *limits.flags(scene),
        _contexts(scene),
        _switch(scene),
        tuple(taken.lines),
        (*_begin(scene), "return 0;"),
    )
    way_out = ("", *taken.way_out()) if taken.goes else ()
    return Function(describe.new_doc(scene), head, (*indented(spaced(blocks)), *way_out))


def parameters(scene: Scene) -> tuple[str, ...]:
    """The parameters of new(), the iterator first."""
    given = (declare(a.type, names.parameter(a, scene.profile)) for a in scene.it.arguments)
    return (f"struct bpf_iter_{scene.it.name} *it", *given)


def _asserts(scene: Scene) -> tuple[str, ...]:
    """An open struct is itself, so there is nothing to compare."""
    if scene.it.place.open:
        return ()
    return (
        "BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));",
        "BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));",
    )


def _refuse(scene: Scene, refusals: Iterable[Refusal], inside: int) -> tuple[str, ...]:
    lines: list[str] = []
    for refusal in refusals:
        lines += guarded(scene.scope.new(refusal.when), f"return -{refusal.errno};", inside)
    return tuple(lines)


def _contexts(scene: Scene) -> tuple[str, ...]:
    """What the verifier does not know of a program: the context it happens to run in."""
    lines: list[str] = []
    for what, errno in scene.it.context.refuse:
        lines += guarded(REFUSED_IN[what], f"return -{errno};")
    return tuple(lines)


def _demands(scene: Scene, case: Case) -> tuple[str, ...]:
    """What one case refuses."""
    lines: list[str] = []
    for name in case.requires:
        lines += [f"if (!{scene.scope.in_new[name]})", "\treturn -EINVAL;"]
    lines += _refuse(scene, case.refusals, scene.scope.inside)
    if start := scene.start(case):
        lines += guarded(
            negated(scene.scope.new(start.linked)), f"return -{start.errno};", scene.scope.inside
        )
    return tuple(lines)


def _values(scene: Scene, walk: Steps) -> dict[str, str]:
    """Every field that new() must store for one walk, with its value."""
    kept = {a.name: names.parameter(a, scene.profile) for a in scene.it.arguments if a.keep}
    kept |= {r.name: r.name for r in scene.it.resources if scene.state.has(r.name) and not r.inline}
    own = {f.name: scene.scope.new(f.init) for f in scene.it.fields if f.init is not None}
    flag = {scene.it.select: scene.it.select} if scene.it.select else {}
    live = {scene.state.live.flag: "true"} if scene.state.live.flag else {}
    return kept | own | flag | live | dict(walk.stores)


def _shared(scene: Scene) -> dict[str, str]:
    """The stores that are the same in every case that needs them, so that one does for all."""
    every = [_values(scene, walk) for walk in scene.walks]
    shared: dict[str, str] = {}
    for field in scene.state.fields:
        given = [values[field.name] for values in every if field.name in values]
        everywhere = bool(given) and (len(given) == len(every) or given[0] in CONSTANTS)
        if len(set(given)) == 1 and everywhere:
            shared[field.name] = given[0]
    return shared


def _stores(scene: Scene, values: dict[str, str], inside: int = 1) -> tuple[str, ...]:
    """The stores in the order of the struct, those that read another field last."""
    base = scene.state.base
    wanted = [f.name for f in scene.state.fields if f.name in values]
    wanted.sort(key=lambda name: values[name].startswith(base))
    return tuple(line for name in wanted for line in _store(f"{base}{name}", values[name], inside))


def _store(field: str, value: str, inside: int) -> tuple[str, ...]:
    """One store; a value of several lines is as its author laid it out."""
    return tuple(f"{field} = {value};".split("\n")) if "\n" in value else assign(field, value, inside)


def _begin(scene: Scene) -> tuple[str, ...]:
    """The stores of every case, and what makes an allocated state the iterator's."""
    it, walk, memory = scene.it, scene.cases[0].walk, scene.state.memory
    lines = list(_stores(scene, _shared(scene)))
    if it.lifetime == "snapshot":
        copy = scene.scope.field(walk.name)
        lines.append(f"memset(&{copy}, 0, sizeof({copy}));")
    if memory is not None:
        lines.append(f"kit->{memory.name} = {memory.name};")
    if isinstance(walk, Native):
        lines.append(f"{scene.scope.new(walk.start)};")
    return tuple(lines)


def _arm(scene: Scene, case: Case, walk: Steps) -> tuple[str, ...]:
    """What new() does for one flag value, beyond what it does for all."""
    shared = _shared(scene)
    own = {name: value for name, value in _values(scene, walk).items() if name not in shared}
    return (*_demands(scene, case), *_stores(scene, own, scene.scope.inside))


def _switch(scene: Scene) -> tuple[str, ...]:
    """Accepts the flag values there are; neighbours that need the same share an arm."""
    if not scene.it.select:
        return ()
    arms = [(_arm(scene, case, walk), case.flag) for case, walk in zip(scene.cases, scene.walks, strict=True)]
    lines = [f"switch ({scene.it.select}) {{"]
    for body, group in groupby(arms, key=lambda arm: arm[0]):
        lines += [f"case {flag}:" for _, flag in group]
        lines += indented((*body, "break;"))
    return (*lines, "default:", "\treturn -EINVAL;", "}")
