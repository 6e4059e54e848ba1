# SPDX-License-Identifier: GPL-2.0-only
"""next(): the step from one element to the next, and the end that stays one."""

from __future__ import annotations

from collections.abc import Callable

from kiter.lower import acquire, describe, give_back, names
from kiter.lower.ahead import Ahead
from kiter.lower.ctext import assign, choose, declare, guarded, indented, prototype, spaced
from kiter.lower.expression import operand
from kiter.lower.function import Function
from kiter.lower.locks import Held, held
from kiter.lower.scene import Scene
from kiter.lower.state import pointee
from kiter.spec.snippet import Code
from kiter.spec.walk import Counter, Cursor, Index, Linked, List, Native

STICKY = "/* once drained, always drained: the verifier counts on it */"
Blocks = tuple[tuple[str, ...], ...]


def function(scene: Scene) -> Function:
    """The kfunc bpf_iter_X_next()."""
    it = scene.it
    head = prototype(
        it.element, names.function(it, "next"), (f"struct bpf_iter_{it.name} *it",), "__bpf_kfunc"
    )
    return Function(describe.next_doc(scene), head, indented(spaced(_blocks(scene))))


def _blocks(scene: Scene) -> Blocks:
    kinds: dict[type, Callable[[Scene], Blocks]] = {
        Counter: _counter,
        Index: _index,
        Native: _native,
        Linked: _linked,
    }
    if scene.ahead:
        return _ahead(scene, scene.ahead)
    lifetimes = {"held": _held, "snapshot": _snapshot}
    made = kinds.get(type(scene.cases[0].walk)) or lifetimes.get(scene.it.lifetime) or _plain
    return made(scene)


def _empty(scene: Scene) -> tuple[str, ...]:
    return (f"if ({scene.empty})", "\treturn NULL;")


def variables(*given: dict[str, str]) -> tuple[str, ...]:
    """Declarations of name to type, those of one type together, the longest line first."""
    kinds: dict[str, dict[str, None]] = {}
    for names_of in given:
        for name, ctype in names_of.items():
            kinds.setdefault(ctype, {})[name] = None
    lines = (
        declare(ctype, f", {'*' * ctype.count('*')}".join(group)) + ";" for ctype, group in kinds.items()
    )
    return tuple(sorted(lines, key=len, reverse=True))


def _locked(lock: Held | None, lines: tuple[str, ...]) -> Blocks:
    """The statements with the lock round them."""
    return ((lock.take, *lines, lock.drop),) if lock else (lines,)


# --- walks over elements that RCU keeps --------------------------------------------------------------


def _plain(scene: Scene) -> Blocks:
    lock = held(scene.it.lock, scene.scope)
    locals_ = variables(*(dict(w.locals) for w in scene.walks), lock.locals if lock else {})
    return (
        (*scene.kit, *give_back.data(scene), *locals_),
        _empty(scene),
        *_locked(lock, _switch(scene) if scene.it.select else scene.walks[0].body),
        _tail(scene),
        (_result(scene),),
    )


def _switch(scene: Scene) -> tuple[str, ...]:
    lines = [f"switch ({scene.scope.field(scene.it.select)}) {{"]
    for case, walk in zip(scene.cases, scene.walks, strict=True):
        last = "return pos;" if walk.ends else "break;"
        lines += [f"case {case.flag}:", *indented((*walk.body, last))]
    return (*lines, "}")


def _open_ended(scene: Scene) -> list[str]:
    pairs = zip(scene.cases, scene.walks, strict=True)
    return [scene.scope.field(case.walk.name) for case, walk in pairs if not walk.ends]


def _tail(scene: Scene) -> tuple[str, ...]:
    if not (cursors := _open_ended(scene)):
        return ()
    if scene.state.memory is None:
        return (STICKY, f"if (!{cursors[0]})", f"\t{scene.scope.drain}")
    return (STICKY, f"if (!{cursors[0]}) {{", *indented((scene.scope.drain, "return NULL;")), "}")


def _result(scene: Scene) -> str:
    if cursors := _open_ended(scene):
        return f"return {cursors[0]};"
    return "return NULL;" if scene.it.select else "return pos;"


def _ahead(scene: Scene, ahead: Ahead) -> Blocks:
    """The element that was found before, once the one behind it has been found."""
    outer, inner = (scene.scope.field(level.name) for level in (ahead.outer, ahead.inner))
    flag = scene.scope.field(scene.it.select) if scene.it.select else ""
    most = " || ".join((inner, *(f"{flag} == {name}" for name in ahead.inside)))
    within = scene.scope.next(ahead.inner.next, **{ahead.inner.name: "pos", "pos": "pos"})
    bracketed = bool(ahead.outside)
    inside = 1 + bracketed
    step = (*assign(inner, within, inside), *guarded(most, "return pos;", inside))
    if bracketed:
        apart = " && ".join(f"{flag} != {name}" for name in ahead.outside)
        *head, last = guarded(apart, "")[:-1]
        step = (*head, f"{last} {{", *indented(step), "}")
    end = f"{outer} == {operand(scene.scope.next(ahead.outer.anchor))}"
    return (
        (*scene.kit, f"{declare(scene.it.element, 'pos')} = {inner};"),
        ("if (!pos)", "\treturn NULL;"),
        step,
        (
            *assign(outer, scene.scope.next(ahead.outer.next)),
            *choose(inner, end, "NULL", outer),
            "return pos;",
        ),
    )


# --- walks over numbers in the state -----------------------------------------------------------------


def _counter(scene: Scene) -> Blocks:
    walk = scene.cases[0].walk
    assert isinstance(walk, Counter)
    here = scene.scope.field(walk.name)
    step = f"{scene.scope.field(walk.times)}--;" if walk.times else f"{here}++;"
    wraps = () if walk.times else ("/* wraps to the first number if that is the lowest there is */",)
    return (scene.kit, (*wraps, *_empty(scene)), (step, f"return &{here};"))


def _index(scene: Scene) -> Blocks:
    walk = scene.cases[0].walk
    assert isinstance(walk, Index)
    here = scene.scope.field(walk.name)
    buffers = [r for r in scene.it.resources if r.buffer and r.inline]
    found = [f"{declare(r.type, r.name)} = {acquire.found(scene, r)};" for r in buffers]
    end = f"{pointee(scene.it)} end = {scene.scope.next(walk.end)};"
    return (
        (*scene.kit, *sorted((*found, end), key=len, reverse=True)),
        _empty(scene),
        (*assign(here, scene.scope.next(walk.next)), f"return {here} < end ? &{here} : NULL;"),
    )


# --- walks whose elements something else keeps -------------------------------------------------------


def _native(scene: Scene) -> Blocks:
    walk = scene.cases[0].walk
    assert isinstance(walk, Native)
    step = scene.scope.next(walk.next)
    if walk.sticky:
        return ((*scene.kit, *give_back.data(scene)), _empty(scene), (f"return {step};",))
    return (
        (*scene.kit, *give_back.data(scene), *variables({"pos": scene.it.element})),
        _empty(scene),
        assign("pos", step),
        (STICKY, "if (!pos)", f"\t{scene.scope.drain}"),
        ("return pos;",),
    )


def _linked(scene: Scene) -> Blocks:
    walk = scene.cases[0].walk
    assert isinstance(walk, Linked)
    lock = held(scene.it.lock, scene.scope)
    return (
        (*scene.kit, *variables({"pos": scene.it.element}, lock.locals if lock else {})),
        _empty(scene),
        *_locked(lock, assign("pos", scene.scope.next(walk.next))),
        (STICKY, "if (!pos)", f"\t{scene.scope.drain}"),
        ("return pos;",),
    )


def _over(scene: Scene, code: Code, pos: str) -> str:
    """A snippet of the element, for the element in a variable."""
    return scene.scope.next(code, **{scene.cases[0].walk.name: pos, "pos": pos})


def _found(scene: Scene, target: str, last: str, start: str) -> tuple[str, ...]:
    """Statements that find the element behind `last`, or the first one, and leave it in `target`."""
    walk = scene.cases[0].walk
    end: tuple[str, ...] = ()
    if isinstance(walk, List):
        struct = pointee(scene.it)
        head = scene.scope.next(walk.head)
        first = f"list_first_entry_or_null({head}, {struct}, {walk.member})"
        end = (f"else if (list_is_last(&{last}->{walk.member}, {head}))", f"\t{target} = NULL;")
        on = f"list_next_entry({last}, {walk.member})"
    else:
        assert isinstance(walk, Cursor)
        first = scene.scope.next(walk.first) if walk.first else _over(scene, walk.next, "NULL")
        on = _over(scene, walk.next, last)
    return (
        f"if ({last} == {start})",
        *indented(assign(target, first, 2)),
        *end,
        "else",
        *indented(assign(target, on, 2)),
    )


def _held(scene: Scene) -> Blocks:
    cursor = scene.scope.field(scene.cases[0].walk.name)
    start, element = names.start(scene.it), scene.it.held
    if element.handover and scene.it.lock is None and not scene.releases:
        return (scene.kit, _empty(scene), _found(scene, cursor, cursor, start), (f"return {cursor};",))
    lock = held(scene.it.lock, scene.scope)
    needs = {"pos": scene.it.element} | ({"last": "bool"} if element.last else {})
    previous = f"{declare(scene.it.element, 'prev')} = {cursor};"
    step = (*_found(scene, "pos", "prev", start), *_exchange(scene, start))
    return (
        (*scene.kit, previous, *_initialized(variables(needs, lock.locals if lock else {}))),
        ("if (!prev)", "\treturn NULL;"),
        *_step(lock, step),
        _let_go(scene, start),
        (f"{cursor} = pos;", *_end(scene), "return pos;"),
    )


def _initialized(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line.replace("bool last;", "bool last = false;") for line in lines)


def _step(lock: Held | None, lines: tuple[str, ...]) -> Blocks:
    """As a careful author lays out a long critical section: with air inside it."""
    return ((lock.take,), lines, (lock.drop,)) if lock else (lines,)


def _exchange(scene: Scene, start: str) -> tuple[str, ...]:
    """Holds the element that was found, and counts down the one before where that decides what follows."""
    element = scene.it.held
    lines: tuple[str, ...] = ()
    if element.get is not None:
        lines = ("if (pos)", f"\t{_over(scene, element.get, 'pos')};")
    if element.put is not None and element.last is not None:
        lines = (*lines, f"if (prev != {start})", f"\tlast = {_over(scene, element.put, 'prev')};")
    return lines


def _end(scene: Scene) -> tuple[str, ...]:
    """What is given back at the end of a held walk, where something is."""
    return ("if (!pos)", f"\t{scene.scope.drain}") if scene.releases else ()


def _let_go(scene: Scene, start: str) -> tuple[str, ...]:
    """What is done for the element before, outside of the lock: it may free, or sleep."""
    element = scene.it.held
    if element.last is not None:
        return guarded("last", f"{_over(scene, element.last, 'prev')};")
    if element.handover or element.put is None:
        return ()
    return guarded(f"prev != {start}", f"{_over(scene, element.put, 'prev')};")


def _snapshot(scene: Scene) -> Blocks:
    walk, element = scene.cases[0].walk, scene.it.held
    assert isinstance(walk, Cursor)
    copy = scene.scope.field(walk.name)
    swap = [f"{_over(scene, element.put, f'&{copy}')};"] if element.put else []
    swap.append(f"memcpy(&{copy}, pos, sizeof({copy}));")
    swap += [f"{_over(scene, element.get, f'&{copy}')};"] if element.get else []
    swap += [f"{_over(scene, walk.done, 'pos')};"] if walk.done else []
    return (
        (*scene.kit, *give_back.data(scene), *variables({"pos": scene.it.element})),
        _empty(scene),
        (
            *assign("pos", scene.scope.next(walk.next)),
            "if (!pos) {",
            *indented((STICKY, scene.scope.drain, "return NULL;")),
            "}",
        ),
        (*swap, f"return &{copy};"),
    )
