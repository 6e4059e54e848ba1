# SPDX-License-Identifier: GPL-2.0-only
"""The three kfuncs. The contract is kept here, whatever the spec says:

new() empties the iterator before its first error return, next() returns NULL for ever on an
empty one, and an unknown flag is refused (the verifier's side of this: kernel/bpf/verifier.c,
process_iter_next_call() and is_iter_reg_valid_uninit(), Linux 6.12).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from kiter.lower import describe, names, registration
from kiter.lower.ctext import comment, declare, guarded, indented, prototype
from kiter.lower.expression import negated
from kiter.lower.scene import Scene
from kiter.lower.steps import Steps
from kiter.spec.case import Case
from kiter.spec.refusal import Refusal

CONSTANTS = {"NULL", "false"}
EMPTY_FIRST = "/* next() and destroy() are called even when this fails */"
STICKY = "/* once drained, always drained: the verifier counts on it */"


@dataclass(frozen=True, slots=True)
class Function:
    """One kfunc: its kernel-doc, its first lines, and what stands between the braces."""

    doc: tuple[str, ...]
    head: tuple[str, ...]
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What the template prints, in order."""

    place: tuple[str, ...]
    includes: tuple[str, ...]
    guard: str
    name: str
    words: int
    fields: tuple[str, ...]
    enum: tuple[str, ...]
    open: str
    close: str
    functions: tuple[Function, ...]
    registration: tuple[str, ...]


def view(scene: Scene) -> View:
    """The kfuncs' file, or the fragment that joins one."""
    it = scene.it
    own = not it.file
    return View(
        place=() if own else comment(f"Joins {it.file}, at its end."),
        includes=includes(scene) if own else (),
        guard=scene.guard,
        name=it.name,
        words=scene.state.words,
        fields=tuple(declare(f.type, f.name) for f in scene.state.fields),
        enum=describe.enum(scene),
        open=scene.profile.kfuncs_open,
        close=scene.profile.kfuncs_close,
        functions=(_new(scene), _next(scene), _destroy(scene)),
        registration=registration.own_set(scene) if own and it.programs else (),
    )


def includes(scene: Scene) -> tuple[str, ...]:
    """The headers of a file of its own, sorted as the kernel likes them."""
    always = {"linux/bpf.h", "linux/btf.h"}
    ids = {"linux/btf_ids.h", "linux/init.h", "linux/module.h"} if scene.it.programs else set()
    return tuple(sorted(always | ids | set(scene.it.includes)))


def parameters(scene: Scene) -> tuple[str, ...]:
    """The parameters of new(), the iterator first."""
    given = (declare(a.type, names.parameter(a, scene.profile)) for a in scene.it.arguments)
    return (f"struct bpf_iter_{scene.it.name} *it", *given)


def _kit(scene: Scene) -> str:
    return f"struct bpf_iter_{scene.it.name}_kern *kit = (void *)it;"


def _new(scene: Scene) -> Function:
    head = prototype("int", names.function(scene.it, "new"), parameters(scene), "__bpf_kfunc")
    blocks = (
        (_kit(scene),),
        (
            "BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));",
            "BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));",
        ),
        (EMPTY_FIRST, scene.state.live.clear) if describe.failures(scene) else (),
        _refuse(scene, scene.it.refusals, 1),
        () if scene.it.select else _demands(scene, scene.cases[0]),
        _switch_new(scene),
        (*_stores(scene, _shared(scene)), "return 0;"),
    )
    return Function(describe.new_doc(scene), head, indented(_spaced(blocks)))


def _spaced(blocks: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The blocks with an empty line between them."""
    lines: list[str] = []
    for block in filter(None, blocks):
        lines += [""] * bool(lines) + list(block)
    return tuple(lines)


def _refuse(scene: Scene, refusals: Iterable[Refusal], inside: int) -> tuple[str, ...]:
    lines: list[str] = []
    for refusal in refusals:
        lines += guarded(scene.scope.new(refusal.when), f"return -{refusal.errno};", inside)
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
    own = {field.name: scene.scope.new(field.init) for field in scene.it.fields}
    flag = {scene.it.select: scene.it.select} if scene.it.select else {}
    live = {scene.state.live.field: "true"} if scene.state.live.flag else {}
    return kept | own | flag | live | dict(walk.stores)


def _shared(scene: Scene) -> dict[str, str]:
    """The stores that are the same in every case that needs them, so that one does for all."""
    every = [_values(scene, walk) for walk in scene.walks]
    shared: dict[str, str] = {}
    for field in scene.state.fields:
        given = [values[field.name] for values in every if field.name in values]
        everywhere = len(given) == len(every) or given[0] in CONSTANTS
        if len(set(given)) == 1 and everywhere:
            shared[field.name] = given[0]
    return shared


def _stores(scene: Scene, values: dict[str, str]) -> tuple[str, ...]:
    """The stores in the order of the struct, those that read another field last."""
    wanted = [f.name for f in scene.state.fields if f.name in values]
    wanted.sort(key=lambda name: values[name].startswith("kit->"))
    return tuple(f"kit->{name} = {values[name]};" for name in wanted)


def _arm(scene: Scene, case: Case, walk: Steps) -> tuple[str, ...]:
    """What new() does for one flag value, beyond what it does for all."""
    shared = _shared(scene)
    own = {name: value for name, value in _values(scene, walk).items() if name not in shared}
    return (*_demands(scene, case), *_stores(scene, own))


def _switch_new(scene: Scene) -> tuple[str, ...]:
    """Accepts the flag values there are; neighbours that need the same share an arm."""
    if not scene.it.select:
        return ()
    arms = [(_arm(scene, case, walk), case.flag) for case, walk in zip(scene.cases, scene.walks, strict=True)]
    lines = [f"switch ({scene.it.select}) {{"]
    for body, group in groupby(arms, key=lambda arm: arm[0]):
        lines += [f"case {flag}:" for _, flag in group]
        lines += indented((*body, "break;"))
    return (*lines, "default:", "\treturn -EINVAL;", "}")


def _next(scene: Scene) -> Function:
    it = scene.it
    head = prototype(
        it.element, names.function(it, "next"), (f"struct bpf_iter_{it.name} *it",), "__bpf_kfunc"
    )
    blocks = (
        (_kit(scene), *_locals(scene)),
        (f"if ({scene.state.live.test})", "\treturn NULL;"),
        _switch_next(scene) if it.select else scene.walks[0].body,
        _tail(scene),
        (_result(scene),),
    )
    return Function(describe.next_doc(scene), head, indented(_spaced(blocks)))


def _locals(scene: Scene) -> tuple[str, ...]:
    """The variables of next(), those of one type together, the longest line first."""
    kinds: dict[str, dict[str, None]] = {}
    for walk in scene.walks:
        for name, ctype in walk.locals.items():
            kinds.setdefault(ctype, {})[name] = None
    lines = (
        declare(ctype, f", {'*' * ctype.count('*')}".join(group)) + ";" for ctype, group in kinds.items()
    )
    return tuple(sorted(lines, key=len, reverse=True))


def _switch_next(scene: Scene) -> tuple[str, ...]:
    lines = [f"switch (kit->{scene.it.select}) {{"]
    for case, walk in zip(scene.cases, scene.walks, strict=True):
        last = "return pos;" if walk.ends else "break;"
        lines += [f"case {case.flag}:", *indented((*walk.body, last))]
    return (*lines, "}")


def _tail(scene: Scene) -> tuple[str, ...]:
    open_ended = [
        case.walk.name for case, walk in zip(scene.cases, scene.walks, strict=True) if not walk.ends
    ]
    if not open_ended:
        return ()
    return (STICKY, f"if (!kit->{open_ended[0]})", f"\t{scene.state.live.clear}")


def _result(scene: Scene) -> str:
    for case, walk in zip(scene.cases, scene.walks, strict=True):
        if not walk.ends:
            return f"return kit->{case.walk.name};"
    return "return NULL;" if scene.it.select else "return pos;"


def _destroy(scene: Scene) -> Function:
    it = scene.it
    head = prototype(
        "void", names.function(it, "destroy"), (f"struct bpf_iter_{it.name} *it",), "__bpf_kfunc"
    )
    return Function(describe.destroy_doc(scene), head, ())
