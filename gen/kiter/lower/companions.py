# SPDX-License-Identifier: GPL-2.0-only
"""Further kfuncs that take the iterator.

A program may call them on an iterator whose new() has failed (kernel/bpf/verifier.c,
process_iter_arg(), 6.12), so each looks whether it is live first.
"""

from __future__ import annotations

from kiter.lower import describe
from kiter.lower.ctext import declare, indented, prototype, spaced
from kiter.lower.function import Function
from kiter.lower.scene import Scene
from kiter.lower.statements import statements
from kiter.spec.companion import Companion
from kiter.spec.snippet import Code

HANDLE = "it__iter"


def functions(scene: Scene) -> tuple[Function, ...]:
    """Each companion of the target, in the order of the spec."""
    return tuple(_function(scene, companion) for companion in scene.it.companions)


def parameters(scene: Scene, companion: Companion, handle: str = HANDLE) -> tuple[str, ...]:
    """The parameters, the iterator among them."""
    own = tuple(declare(p.type, p.name) for p in companion.parameters)
    iterator = f"struct bpf_iter_{scene.it.name} *{handle}"
    return (*own, iterator) if companion.last else (iterator, *own)


def _function(scene: Scene, companion: Companion) -> Function:
    head = prototype(companion.gives, companion.name, parameters(scene, companion), "__bpf_kfunc")
    kit = tuple(line.replace("(void *)it;", f"(void *){HANDLE};") for line in scene.kit)
    empty = f"return {_spelled(scene, companion, companion.empty)};" if companion.empty else "return;"
    dead = _handled(scene, scene.state.live.dead)
    body = (kit, (f"if ({dead})", f"\t{empty}"), _work(scene, companion))
    return Function(describe.companion_doc(scene, companion), head, indented(spaced(body)))


def _work(scene: Scene, companion: Companion) -> tuple[str, ...]:
    lines: tuple[str, ...] = ()
    if companion.do is not None:
        lines = statements(_spelled(scene, companion, companion.do))
    if companion.result is not None:
        lines = (*lines, f"return {_spelled(scene, companion, companion.result)};")
    return lines


def _spelled(scene: Scene, companion: Companion, code: Code) -> str:
    own = {p.name: p.name for p in companion.parameters}
    return _handled(scene, scene.scope.next(code, **own))


def _handled(scene: Scene, text: str) -> str:
    """The open struct is called by the name that the verifier wants."""
    return text.replace("it->", f"{HANDLE}->") if scene.it.place.open else text
