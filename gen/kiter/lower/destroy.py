# SPDX-License-Identifier: GPL-2.0-only
"""destroy(): right after a failed new(), a drained walk, and a break."""

from __future__ import annotations

from kiter.lower import describe, give_back, names
from kiter.lower.ctext import declare, guarded, indented, prototype, spaced
from kiter.lower.function import Function
from kiter.lower.locks import held
from kiter.lower.next import variables
from kiter.lower.scene import Scene
from kiter.spec.walk import Counter, Index, Linked

Blocks = tuple[tuple[str, ...], ...]


def function(scene: Scene) -> Function:
    """The kfunc bpf_iter_X_destroy()."""
    it = scene.it
    head = prototype(
        "void", names.function(it, "destroy"), (f"struct bpf_iter_{it.name} *it",), "__bpf_kfunc"
    )
    return Function(describe.destroy_doc(scene), head, indented(spaced(_blocks(scene))))


def _blocks(scene: Scene) -> Blocks:
    if scene.it.lifetime == "held":
        return _held(scene)
    if isinstance(scene.cases[0].walk, Linked):
        return _linked(scene)
    if scene.releases:
        live = f"kit->{scene.state.live.field}"
        return (scene.kit, (f"if ({live})", f"\t{scene.scope.drain}"))
    lines = give_back.statements(scene)
    if not lines:
        return ()
    if isinstance(scene.cases[0].walk, Counter | Index):
        return (scene.kit, lines)
    return ((*scene.kit, *give_back.data(scene)), (f"if ({scene.empty})", "\treturn;"), lines)


def _held(scene: Scene) -> Blocks:
    element, walk = scene.it.held, scene.cases[0].walk
    assert element.put is not None
    cursor, start = scene.scope.field(walk.name), names.start(scene.it)
    if element.last is None:
        put = scene.scope.next(element.put, **{walk.name: cursor, "pos": cursor})
        if not scene.releases:
            return (scene.kit, guarded(f"{cursor} && {cursor} != {start}", f"{put};"))
        held_one = guarded(f"{cursor} != {start}", f"{put};")
        return (scene.kit, (f"if (!{cursor})", "\treturn;"), (*held_one, scene.scope.drain))
    return _counted_down(scene, cursor, start)


def _counted_down(scene: Scene, cursor: str, start: str) -> Blocks:
    """Where the count decides what becomes of the element, under the lock and behind it."""
    element, lock = scene.it.held, held(scene.it.lock, scene.scope)
    assert element.put is not None and element.last is not None
    spelled = {scene.cases[0].walk.name: "pos", "pos": "pos"}
    drop = f"last = {scene.scope.next(element.put, **spelled)};"
    locked = (lock.take, drop, lock.drop) if lock else (drop,)
    last = guarded("last", f"{scene.scope.next(element.last, **spelled)};")
    own = f"{declare(scene.it.element, 'pos')} = {cursor};"
    variable = (*scene.kit, own, *variables({"last": "bool"}, lock.locals if lock else {}))
    if not scene.releases:
        return (variable, (f"if (!pos || pos == {start})", "\treturn;"), locked, last)
    block = (f"if (pos != {start}) {{", *indented((*locked, *last)), "}")
    return (variable, ("if (!pos)", "\treturn;"), block, (scene.scope.drain,))


def _linked(scene: Scene) -> Blocks:
    walk = scene.cases[0].walk
    assert isinstance(walk, Linked)
    lock = held(scene.it.lock, scene.scope)
    node = f"&{scene.scope.next(walk.link)}"
    unlink = f"list_del_init({node});"
    lines = (lock.take, unlink, lock.drop) if lock else (unlink,)
    return (
        (*scene.kit, *variables(lock.locals if lock else {})),
        (f"if ({scene.state.live.test} || list_empty({node}))", "\treturn;"),
        lines,
        give_back.statements(scene),
    )
