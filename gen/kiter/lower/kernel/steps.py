# SPDX-License-Identifier: GPL-2.0-only
"""Each kind of walk as statements: what new() stores for it and what next() does.

A body leaves the next element, or NULL, in the cursor; the frame around it (lower/kernel/kfuncs.py)
then empties the iterator. A ring looks ahead instead: its cursor holds the element to return
next, because the anchor is an address and needs no step to be found, and so it ends itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiter.analysis.liveness import Liveness
from kiter.analysis.lookahead import Lookahead
from kiter.analysis.state import start_field
from kiter.layout.authored import statements
from kiter.lower import names
from kiter.lower.ctext import assign, choose, guarded, indented
from kiter.spec.expression import operand
from kiter.spec.model import Spec
from kiter.spec.snippet import Snippet, substitute
from kiter.spec.walk import Counter, Cursor, Index, Level, Linked, List, Native, Nested, Raw, Ring, Walk

LINK = "struct list_head *"


@dataclass(frozen=True, slots=True)
class Steps:
    """One walk in C.

    `stores` maps the fields that new() must fill to their values; `body` are statements of
    next() without indentation, `locals` the variables they want (name to type), and `ends` says
    that the body keeps the live field itself and leaves its result in the local `pos`.
    """

    stores: Mapping[str, str]
    body: tuple[str, ...]
    locals: Mapping[str, str]
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Where snippets are spelled.

    `base` is what stands before a field, `drain` the statement that ends a walk for good.
    """

    it: Spec
    live: Liveness
    base: str
    drain: str
    in_new: Mapping[str, str]
    in_next: Mapping[str, str]
    inside: int = 1

    def new(self, snippet: Snippet) -> str:
        """A snippet as new() spells it."""
        return substitute(snippet.text, self.in_new)

    def next(self, snippet: Snippet, **instead: str) -> str:
        """A snippet as next() spells it; `instead` has other spellings for some names."""
        return substitute(snippet.text, {**self.in_next, **instead})

    def field(self, name: str) -> str:
        """A field of the state in C."""
        return f"{self.base}{name}"


def steps(walk: Walk, scope: Scope) -> Steps:
    """Any walk as steps; `scope.inside` tabs will stand before its body."""
    match walk:
        case Ring():
            return _ring(walk, scope)
        case Nested():
            return _nested(walk, scope)
        case Raw():
            return Steps({walk.name: "NULL"}, statements(scope.next(walk.next)), {})
        case Counter() | Index() | Native() | Linked():
            return Steps(_begin(walk, scope), (), {})
        case _ if scope.it.lifetime in ("held", "snapshot"):
            return Steps(_holding(walk, scope), (), {})
        case _:
            body, names = _advance(walk, scope, scope.inside)
            return Steps({walk.name: "NULL"}, body, names)


def steps_ahead(found: Lookahead, walk: Walk, scope: Scope) -> Steps:
    """What new() stores for a case of those that look ahead together; next() has one body for all."""
    if isinstance(walk, Cursor):
        assert walk.first is not None
        return Steps({walk.name: scope.new(walk.first)}, (), {}, ends=True)
    outer = found.outer.name
    return Steps(
        {outer: scope.new(found.outer.anchor), found.inner.name: scope.field(outer)}, (), {}, ends=True
    )


def _begin(walk: Counter | Index | Native | Linked, scope: Scope) -> dict[str, str]:
    """What new() stores for a walk that next() does in a way of its own."""
    match walk:
        case Counter() if not walk.times:
            return {walk.name: f"{scope.in_new[walk.start]} - 1", walk.end: scope.in_new[walk.end]}
        case Index():
            return {walk.name: "-1"}
        case _:
            return {}


def _holding(walk: Cursor | List | Nested, scope: Scope) -> dict[str, str]:
    """A held walk begins at no element, but not at the end; a copy is made later."""
    return {walk.name: names.start(scope.it)} if scope.it.lifetime == "held" else {}


def _advance(walk: Level, scope: Scope, inside: int) -> tuple[tuple[str, ...], dict[str, str]]:
    """Statements that move a cursor on, from NULL to the first element too, and their locals."""
    kit = scope.field(walk.name)
    match walk:
        case Cursor(first=None):
            return assign(kit, scope.next(walk.next), inside), {}
        case Cursor():
            assert walk.first is not None
            return choose(kit, kit, scope.next(walk.next), scope.next(walk.first), inside), {}
        case List():
            return _along(walk, scope, inside), {"head": LINK, "at": LINK}
        case Ring():
            return _round(walk, scope, f"{kit} = NULL;", inside), {}


def _along(walk: List, scope: Scope, inside: int) -> tuple[str, ...]:
    kit = scope.field(walk.name)
    element = (walk.type or scope.it.element).rstrip(" *")
    step = f"list_next_or_null_rcu(head, at, {element}, {walk.member})"
    return (
        *assign("head", scope.next(walk.head), inside),
        *choose("at", kit, f"&{kit}->{walk.member}", "head", inside),
        *assign(kit, step, inside),
    )


def _round(walk: Ring, scope: Scope, end: str, inside: int) -> tuple[str, ...]:
    """One step round the ring; `end` is what to do where it began."""
    kit, anchor = scope.field(walk.name), operand(scope.next(walk.anchor))
    move = assign(kit, scope.next(walk.next), inside)
    if walk.start is None:
        return (*move, f"if ({kit} == {anchor})", *indented((end,)))
    first = scope.field(start_field(scope.it))
    return (
        *move,
        "/* the start may leave the ring meanwhile, the anchor cannot */",
        *guarded(f"{kit} == {first} || ({kit} == {anchor} && {scope.field('wrapped')})", end, inside),
        f"else if ({kit} == {anchor})",
        *indented((f"{scope.field('wrapped')} = true;",)),
    )


def _ring(walk: Ring, scope: Scope) -> Steps:
    kit = scope.field(walk.name)
    body = (f"pos = {kit};", *_round(walk, scope, scope.drain, scope.inside))
    return Steps(_entry(walk, scope), body, {"pos": walk.type or scope.it.element}, ends=True)


def _entry(walk: Ring, scope: Scope) -> dict[str, str]:
    """What new() stores to stand at the beginning of a ring."""
    if walk.start is None:
        return {walk.name: scope.new(walk.anchor)}
    first = start_field(scope.it)
    return {first: scope.new(walk.start.at), walk.name: scope.field(first), "wrapped": "false"}


def _nested(walk: Nested, scope: Scope) -> Steps:
    outer = scope.field(walk.outer.name)
    inside = scope.inside + (1 if isinstance(walk.outer, Ring) else 2)
    step, names = _advance(walk.inner, scope, inside)
    found = (*step, f"if ({scope.field(walk.inner.name)})", *indented(("break;",)))
    stores, turn, more = _turn(walk.outer, scope, found)
    body = ("do {", *indented(turn), f"}} while ({outer});")
    return Steps({walk.inner.name: "NULL"} | stores, body, names | more)


def _turn(
    walk: Level, scope: Scope, found: tuple[str, ...]
) -> tuple[dict[str, str], tuple[str, ...], dict[str, str]]:
    """One turn of the loop over an outer walk: the stores of new(), the statements and their locals.

    `found` looks for an element below the outer one. A ring has an outer one from the start, any
    other walk has none before its first step.
    """
    kit, inside = scope.field(walk.name), scope.inside + 1
    if isinstance(walk, Ring):
        move, names = _advance(walk, scope, inside)
        return _entry(walk, scope), (*found, *move), names
    if isinstance(walk, Cursor) and walk.first is not None:
        on = indented((*found, *assign(kit, scope.next(walk.next), inside + 1)))
        begin = indented(assign(kit, scope.next(walk.first), inside + 1))
        return {walk.name: "NULL"}, (f"if ({kit}) {{", *on, "} else {", *begin, "}"), {}
    move, names = _advance(walk, scope, inside)
    return {walk.name: "NULL"}, (f"if ({kit}) {{", *indented(found), "}", *move), names
