# SPDX-License-Identifier: GPL-2.0-only
"""next(): the step from one element to the next, and the end that stays one."""

from __future__ import annotations

from collections.abc import Callable

from kiter.analysis.lookahead import Lookahead
from kiter.analysis.state import pointee
from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.ctext import assign, choose, declare, guarded, indented, prototype, spaced
from kiter.lower.kernel import acquire, kernel_doc, release
from kiter.lower.kernel.function import Kfunc
from kiter.lower.kernel.locks import Held, held
from kiter.spec.expression import operand
from kiter.spec.snippet import Snippet
from kiter.spec.walk import Counter, Cursor, Index, Linked, List, Native

STICKY = "/* once drained, always drained: the verifier counts on it */"
Blocks = tuple[tuple[str, ...], ...]


def function(ctx: LoweringContext) -> Kfunc:
    """The kfunc bpf_iter_X_next()."""
    it = ctx.it
    head = prototype(
        it.element, names.function(it, "next"), (f"struct bpf_iter_{it.name} *it",), "__bpf_kfunc"
    )
    return Kfunc(kernel_doc.next(ctx), head, indented(spaced(_blocks(ctx))))


def _blocks(ctx: LoweringContext) -> Blocks:
    kinds: dict[type, Callable[[LoweringContext], Blocks]] = {
        Counter: _counter,
        Index: _index,
        Native: _native,
        Linked: _linked,
    }
    if ctx.ahead:
        return _ahead(ctx, ctx.ahead)
    lifetimes = {"held": _held, "snapshot": _snapshot}
    made = kinds.get(type(ctx.cases[0].walk)) or lifetimes.get(ctx.it.lifetime) or _plain
    return made(ctx)


def _empty(ctx: LoweringContext) -> tuple[str, ...]:
    return (f"if ({ctx.empty})", "\treturn NULL;")


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


def _plain(ctx: LoweringContext) -> Blocks:
    lock = held(ctx.it.lock, ctx.scope)
    locals_ = variables(*(dict(w.locals) for w in ctx.walks), lock.locals if lock else {})
    return (
        (*ctx.kit, *release.data(ctx), *locals_),
        _empty(ctx),
        *_locked(lock, _switch(ctx) if ctx.it.select else ctx.walks[0].body),
        _tail(ctx),
        (_result(ctx),),
    )


def _switch(ctx: LoweringContext) -> tuple[str, ...]:
    lines = [f"switch ({ctx.scope.field(ctx.it.select)}) {{"]
    for case, walk in zip(ctx.cases, ctx.walks, strict=True):
        last = "return pos;" if walk.ends else "break;"
        lines += [f"case {case.flag}:", *indented((*walk.body, last))]
    return (*lines, "}")


def _open_ended(ctx: LoweringContext) -> list[str]:
    pairs = zip(ctx.cases, ctx.walks, strict=True)
    return [ctx.scope.field(case.walk.name) for case, walk in pairs if not walk.ends]


def _tail(ctx: LoweringContext) -> tuple[str, ...]:
    if not (cursors := _open_ended(ctx)):
        return ()
    if ctx.state.memory is None:
        return (STICKY, f"if (!{cursors[0]})", f"\t{ctx.scope.drain}")
    return (STICKY, f"if (!{cursors[0]}) {{", *indented((ctx.scope.drain, "return NULL;")), "}")


def _result(ctx: LoweringContext) -> str:
    if cursors := _open_ended(ctx):
        return f"return {cursors[0]};"
    return "return NULL;" if ctx.it.select else "return pos;"


def _ahead(ctx: LoweringContext, ahead: Lookahead) -> Blocks:
    """The element that was found before, once the one behind it has been found."""
    outer, inner = (ctx.scope.field(level.name) for level in (ahead.outer, ahead.inner))
    flag = ctx.scope.field(ctx.it.select) if ctx.it.select else ""
    most = " || ".join((inner, *(f"{flag} == {name}" for name in ahead.inside)))
    within = ctx.scope.next(ahead.inner.next, **{ahead.inner.name: "pos", "pos": "pos"})
    bracketed = bool(ahead.outside)
    inside = 1 + bracketed
    step = (*assign(inner, within, inside), *guarded(most, "return pos;", inside))
    if bracketed:
        apart = " && ".join(f"{flag} != {name}" for name in ahead.outside)
        *head, last = guarded(apart, "")[:-1]
        step = (*head, f"{last} {{", *indented(step), "}")
    end = f"{outer} == {operand(ctx.scope.next(ahead.outer.anchor))}"
    return (
        (*ctx.kit, f"{declare(ctx.it.element, 'pos')} = {inner};"),
        ("if (!pos)", "\treturn NULL;"),
        step,
        (
            *assign(outer, ctx.scope.next(ahead.outer.next)),
            *choose(inner, end, "NULL", outer),
            "return pos;",
        ),
    )


# --- walks over numbers in the state -----------------------------------------------------------------


def _counter(ctx: LoweringContext) -> Blocks:
    walk = ctx.cases[0].walk
    assert isinstance(walk, Counter)
    here = ctx.scope.field(walk.name)
    step = f"{ctx.scope.field(walk.times)}--;" if walk.times else f"{here}++;"
    wraps = () if walk.times else ("/* wraps to the first number if that is the lowest there is */",)
    return (ctx.kit, (*wraps, *_empty(ctx)), (step, f"return &{here};"))


def _index(ctx: LoweringContext) -> Blocks:
    walk = ctx.cases[0].walk
    assert isinstance(walk, Index)
    here = ctx.scope.field(walk.name)
    buffers = [r for r in ctx.it.resources if r.buffer and r.inline]
    found = [f"{declare(r.type, r.name)} = {acquire.found(ctx, r)};" for r in buffers]
    end = f"{pointee(ctx.it)} end = {ctx.scope.next(walk.end)};"
    return (
        (*ctx.kit, *sorted((*found, end), key=len, reverse=True)),
        _empty(ctx),
        (*assign(here, ctx.scope.next(walk.next)), f"return {here} < end ? &{here} : NULL;"),
    )


# --- walks whose elements something else keeps -------------------------------------------------------


def _native(ctx: LoweringContext) -> Blocks:
    walk = ctx.cases[0].walk
    assert isinstance(walk, Native)
    step = ctx.scope.next(walk.next)
    if walk.sticky:
        return ((*ctx.kit, *release.data(ctx)), _empty(ctx), (f"return {step};",))
    return (
        (*ctx.kit, *release.data(ctx), *variables({"pos": ctx.it.element})),
        _empty(ctx),
        assign("pos", step),
        (STICKY, "if (!pos)", f"\t{ctx.scope.drain}"),
        ("return pos;",),
    )


def _linked(ctx: LoweringContext) -> Blocks:
    walk = ctx.cases[0].walk
    assert isinstance(walk, Linked)
    lock = held(ctx.it.lock, ctx.scope)
    return (
        (*ctx.kit, *variables({"pos": ctx.it.element}, lock.locals if lock else {})),
        _empty(ctx),
        *_locked(lock, assign("pos", ctx.scope.next(walk.next))),
        (STICKY, "if (!pos)", f"\t{ctx.scope.drain}"),
        ("return pos;",),
    )


def _over(ctx: LoweringContext, snippet: Snippet, pos: str) -> str:
    """A snippet of the element, for the element in a variable."""
    return ctx.scope.next(snippet, **{ctx.cases[0].walk.name: pos, "pos": pos})


def _found(ctx: LoweringContext, target: str, last: str, start: str) -> tuple[str, ...]:
    """Statements that find the element behind `last`, or the first one, and leave it in `target`."""
    walk = ctx.cases[0].walk
    end: tuple[str, ...] = ()
    if isinstance(walk, List):
        struct = pointee(ctx.it)
        head = ctx.scope.next(walk.head)
        first = f"list_first_entry_or_null({head}, {struct}, {walk.member})"
        end = (f"else if (list_is_last(&{last}->{walk.member}, {head}))", f"\t{target} = NULL;")
        on = f"list_next_entry({last}, {walk.member})"
    else:
        assert isinstance(walk, Cursor)
        first = ctx.scope.next(walk.first) if walk.first else _over(ctx, walk.next, "NULL")
        on = _over(ctx, walk.next, last)
    return (
        f"if ({last} == {start})",
        *indented(assign(target, first, 2)),
        *end,
        "else",
        *indented(assign(target, on, 2)),
    )


def _held(ctx: LoweringContext) -> Blocks:
    cursor = ctx.scope.field(ctx.cases[0].walk.name)
    start, element = names.start(ctx.it), ctx.it.held
    if element.handover and ctx.it.lock is None and not ctx.releases:
        return (ctx.kit, _empty(ctx), _found(ctx, cursor, cursor, start), (f"return {cursor};",))
    lock = held(ctx.it.lock, ctx.scope)
    needs = {"pos": ctx.it.element} | ({"last": "bool"} if element.last else {})
    previous = f"{declare(ctx.it.element, 'prev')} = {cursor};"
    step = (*_found(ctx, "pos", "prev", start), *_exchange(ctx, start))
    return (
        (*ctx.kit, previous, *_initialized(variables(needs, lock.locals if lock else {}))),
        ("if (!prev)", "\treturn NULL;"),
        *_step(lock, step),
        _let_go(ctx, start),
        (f"{cursor} = pos;", *_end(ctx), "return pos;"),
    )


def _initialized(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line.replace("bool last;", "bool last = false;") for line in lines)


def _step(lock: Held | None, lines: tuple[str, ...]) -> Blocks:
    """As a careful author lays out a long critical section: with air inside it."""
    return ((lock.take,), lines, (lock.drop,)) if lock else (lines,)


def _exchange(ctx: LoweringContext, start: str) -> tuple[str, ...]:
    """Holds the element that was found, and counts down the one before where that decides what follows."""
    element = ctx.it.held
    lines: tuple[str, ...] = ()
    if element.get is not None:
        lines = ("if (pos)", f"\t{_over(ctx, element.get, 'pos')};")
    if element.put is not None and element.last is not None:
        lines = (*lines, f"if (prev != {start})", f"\tlast = {_over(ctx, element.put, 'prev')};")
    return lines


def _end(ctx: LoweringContext) -> tuple[str, ...]:
    """What is given back at the end of a held walk, where something is."""
    return ("if (!pos)", f"\t{ctx.scope.drain}") if ctx.releases else ()


def _let_go(ctx: LoweringContext, start: str) -> tuple[str, ...]:
    """What is done for the element before, outside of the lock: it may free, or sleep."""
    element = ctx.it.held
    if element.last is not None:
        return guarded("last", f"{_over(ctx, element.last, 'prev')};")
    if element.handover or element.put is None:
        return ()
    return guarded(f"prev != {start}", f"{_over(ctx, element.put, 'prev')};")


def _snapshot(ctx: LoweringContext) -> Blocks:
    walk, element = ctx.cases[0].walk, ctx.it.held
    assert isinstance(walk, Cursor)
    copy = ctx.scope.field(walk.name)
    swap = [f"{_over(ctx, element.put, f'&{copy}')};"] if element.put else []
    swap.append(f"memcpy(&{copy}, pos, sizeof({copy}));")
    swap += [f"{_over(ctx, element.get, f'&{copy}')};"] if element.get else []
    swap += [f"{_over(ctx, walk.done, 'pos')};"] if walk.done else []
    return (
        (*ctx.kit, *release.data(ctx), *variables({"pos": ctx.it.element})),
        _empty(ctx),
        (
            *assign("pos", ctx.scope.next(walk.next)),
            "if (!pos) {",
            *indented((STICKY, ctx.scope.drain, "return NULL;")),
            "}",
        ),
        (*swap, f"return &{copy};"),
    )
