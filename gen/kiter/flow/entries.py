# SPDX-License-Identifier: GPL-2.0-only
"""Elements that a macro makes of a link, which may be the list's head: nothing in them says so.

include/linux/list.h, list_first_entry() and list_next_entry(): for an empty list, and behind the last
element, they give a pointer to where an element would be if the head were in one.
"""

from __future__ import annotations

from collections.abc import Iterator

from kiter.flow.call import Call
from kiter.flow.domain import MARKS, truth
from kiter.flow.state import Entry, State
from kiter.flow.values import NULL, Address, Symbol, Term, Value, owned, parts
from kiter.regex import regex

MAKES = regex(r"list_(?:first|last|next|prev)_entry(?:_rcu)?|list_entry(?:_rcu)?")
ASKS = regex(r"list_(?:empty|is_|entry_is_head)\w*")
ENDS = regex(r"list_(?:first|last)_entry(?:_rcu)?")
_LINK = regex(r"next|prev|list_(?:next|prev)_rcu|rcu_dereference\w*")
_COUNTS = regex(r"nr\w*|\w*(?:count|len|length|size|num|empty|more|any|last|left|has)\w*")


def made(call: Call, state: State, given: list[Value], found: Value) -> None:
    """Enter an element that may be none; one that is made of a link in hand is an element."""
    origin = given[0]
    mine = isinstance(origin, Address) and owned(origin.region)
    if isinstance(found, Symbol) and not mine and (not call.name.startswith("list_entry") or _link(origin)):
        spot = call.machine.code.spot(call.node, f"'{call.name}' never returns NULL")
        state.entries |= {Entry(found, origin, call.name, spot)}


def _link(origin: Value) -> bool:
    """Whether it leads to another element, or to the head: what a link says, or whoever called."""
    return isinstance(origin, Symbol) and (origin.kind == "param" or bool(_LINK.fullmatch(origin.name)))


def _before(state: State, origin: Value) -> Iterator[Value]:
    """The nodes whose link was followed to get there: list_is_last() asks for these."""
    for place, value in state.memory.items():
        node, _, link = place.path.rpartition(".")
        if value == origin and link in {"next", "prev"} and isinstance(place.region, tuple):
            yield Address(place.region, node) if node else place.region[1]


def open_(state: State) -> frozenset[Entry]:
    """Those that may be the head after all that the path has asked, each with what speaks against it."""
    left = (one for one in state.entries if not _asked(state, one))
    return frozenset(one._replace(doubt=one.doubt or _doubt(state, one)) for one in left)


def _asked(state: State, entry: Entry) -> bool:
    """Whether the path has asked if it is the head: of the list before, or of the element behind."""
    inner = ("at", entry.value)
    for fact in state.facts:
        if not isinstance(fact, Term) or NULL in fact.operands:
            continue
        if fact.operator != "==" and not ASKS.fullmatch(fact.operator):
            continue
        about = set(parts(fact))
        places = {one.region for one in about if isinstance(one, Address)}
        if inner in places or (entry.value in about and fact.operator != "=="):
            return True
        empty = fact.operator.startswith("list_empty") and truth(state.facts, fact) is True
        # the node before says of itself alone that it is the head
        before = () if fact.operator == "==" else _before(state, entry.origin)
        if not empty and about & {entry.origin, *before}:
            return True
    return False


def _doubt(state: State, entry: Entry) -> str:
    """Why it may be an element all the same, "" where nothing that the path has asked speaks for it."""
    origin = entry.origin
    region = origin.region if isinstance(origin, Address) else ("at", origin)
    near = {value for place, value in state.memory.items() if place.region == region}
    own = {value for place, value in state.memory.items() if place.region == ("at", entry.value)}
    if ENDS.fullmatch(entry.name) is None:
        own |= near  # what an element says of itself says nothing of the next one
    for one in _known(state):
        if one in own or (isinstance(one, Symbol) and one.kind == "name"):
            continue
        if one in near or (isinstance(one, Symbol) and one.site >= 0 and _COUNTS.fullmatch(one.name)):
            return f"'{getattr(one, 'name', '')}' says that there is one"
        if one == entry.value:
            return "it is in a ring of elements, which has no head"
    return ""


def _known(state: State) -> Iterator[Value]:
    """The values of which something was asked but whether they are NULL."""
    for fact in state.facts:
        if isinstance(fact, Term) and not (fact.operator in MARKS or ASKS.fullmatch(fact.operator)):
            yield from parts(fact)
        elif isinstance(fact, Symbol) and fact.kind != "param" and _COUNTS.fullmatch(fact.name):
            yield fact
