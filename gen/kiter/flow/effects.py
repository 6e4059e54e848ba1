# SPDX-License-Identifier: GPL-2.0-only
"""What calls do: of functions that are known by their names, of those in the file, and of all others."""

from __future__ import annotations

import re
from collections.abc import Callable

from kiter.csource.nodes import text
from kiter.flow import entries, loops
from kiter.flow import vocabulary as words
from kiter.flow.arithmetic import unbounded
from kiter.flow.call import Call, alive, alive_or_none, elsewhere, own, place_of, sleeping
from kiter.flow.domain import assume, truth
from kiter.flow.holding import Hold as Kind
from kiter.flow.holding import hold
from kiter.flow.locks import alike, lock
from kiter.flow.machine import Machine, Outcomes
from kiter.flow.program import Code
from kiter.flow.references import (
    allocated,
    counted_down,
    fill,
    given_reference,
    handed,
    reference,
    release,
    shared,
    taken,
)
from kiter.flow.state import State
from kiter.flow.values import (
    NULL,
    ONE,
    STATE,
    Address,
    Const,
    Place,
    Symbol,
    Term,
    Unset,
    Value,
    join,
    owned,
)
from kiter.regex import regex

_DROPS = regex(r"\w+_unlock_\w+|unlock_\w+")
Does = Callable[[Call, State, list[Value]], Outcomes]


def called(call: Call, state: State, given: list[Value]) -> Outcomes:
    """The states behind a call, with what it returns."""
    if words.TRANSPARENT.fullmatch(call.name):
        return [(state, given[0] if given else ONE)]
    sleeping(call, state)
    handler = next((handler for asked, handler in _HANDLERS if asked.fullmatch(call.name)), _by_shape)
    if handler in {_looks, _looked_up} and call.machine.program.code(call.name) is not None:
        handler = _by_shape  # thing_after() of the file need not only look
    return handler(call, state, given)


def _by_shape(call: Call, state: State, given: list[Value]) -> Outcomes:
    """A function that no list has: it is gone through where its body is there, else judged by its name."""
    name, machine = call.name, call.machine
    code = machine.program.code(name) if name else None
    code = code if code not in machine.frames else None
    known = _counting(name) or _paired(machine, name, alone=call.alone)
    known = known if given else None
    if code is not None:
        return _through(call, code, state, given, known)
    if known is not None:
        return known(call, state, given)
    if given and words.ENDS.fullmatch(name) and taken(state, given[0]):
        return release(call, state, given[:1])
    kind = hold(name, alone=not given) if name else None
    if kind is None and _DROPS.fullmatch(name) and any(alike(h.kind, name) for h in state.held):
        kind = Kind(name, takes=False)
    names_one = kind is not None and kind.takes and not call.alone and not words.LOCKS.match(kind.kind)
    return _unknown(call, state, given) if kind is None or names_one else lock(call, state, given, kind)


def _counting(name: str) -> Does | None:
    """What a function does with a reference, by its name."""
    if words.RELEASES.fullmatch(name) and not words.NOT_RELEASES.fullmatch(name):
        return release
    if words.SAME.fullmatch(name) or words.TRIES.fullmatch(name):
        return reference
    return given_reference if words.GIVES.fullmatch(name) else None


def _paired(
    machine: Machine, name: str, alone: bool
) -> Callable[[Call, State, list[Value]], Outcomes] | None:
    """What a function does that has a counterpart in the file: foo_get(), foo_next_get() and foo_put()."""
    text = machine.program.source.text
    for takes, gives in words.PAIRS:
        stem, found, rest = name.partition(takes)
        if (
            found
            and rest[:1] in {"", "_"}
            and any(f"{one}{gives}(" in text for one in (stem, stem.partition("_")[0]))
        ):
            return reference if alone else given_reference
        if name.endswith(gives) and re.search(rf"\b{re.escape(name.removesuffix(gives))}\w*{takes}\(", text):
            return release
    return None


def _through(call: Call, code: Code, state: State, given: list[Value], known: Does | None) -> Outcomes:
    """Go through a function of the file; where it counts nothing, its name says what it does."""
    machine = call.machine
    counted, before = machine.counted, dict(state.memory)
    ends = machine.run(code, given, state)
    if known is None or own(given[0]):
        return ends
    if machine.counted != counted and known is not release:
        return ends
    if machine.counted != counted:
        ways = (_given_back(call, end, given, before) or [(end, value)] for end, value in ends)
        return [way for some in ways for way in some]
    distinct = {end.key(): end for end, _ in ends}
    return [last for end in distinct.values() for last in known(call, end, given)]


def _given_back(call: Call, end: State, given: list[Value], before: dict[Place, Value]) -> Outcomes:
    """Give back what a helper still holds that has stored to it, as to a counter of its own."""
    mine = [place for place in end.written if place.region == ("at", given[0])]
    stored = any(end.memory.get(place) != before.get(place) for place in mine)
    return release(call, end, given) if stored and taken(end, given[0]) else []


def _failed(call: Call, state: State, given: list[Value]) -> Outcomes:
    """IS_ERR() and the like."""
    value = given[0] if given else NULL
    if isinstance(value, Unset):
        return [(state, Term("err", (value,)))]
    error = Term("err", (value,))
    called = isinstance(value, Symbol) and value.kind == "call"
    if call.name == "IS_ERR" and called and truth(state.facts, value) is None:
        assume(state.facts, value, wanted=True)  # what gives errors gives no NULL, unless it is asked for
    if call.name != "IS_ERR_OR_NULL":
        return [(state, error)]
    found: Outcomes = []
    for one, holds in call.machine.split(call.node, state, Term("!", (value,))):
        found.append((one, ONE if holds else error))
    return found


def _number_of(call: Call, state: State, given: list[Value]) -> Outcomes:
    """PTR_ERR(), which is not 0 for an error."""
    found: Outcomes = []
    if call.name == "PTR_ERR_OR_ZERO":
        for one, holds in call.machine.split(call.node, state, Term("err", (given[0],))):
            found.append((one, Const(-22) if holds else NULL))
        return found
    return [(state, Const(-22))]


def _zeroed(call: Call, state: State, given: list[Value]) -> Outcomes:
    at = place_of(given[0]) if given else None
    if at is not None:
        zero = call.name != "memset" or (len(given) > 1 and given[1] == NULL)
        state.fill(at, "zero" if zero else "opaque", call.node.start_byte)
        state.note(call.machine.code.spot(call.node, text(call.node)[:60]))
    return [(state, NULL)]


def _copied(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Memory that gets what others have: whatever it is, it is theirs."""
    _sized(call, state, given)
    for node, value in zip(call.nodes, given, strict=False):
        if not alive(call.machine, node, state, value):
            return []
    at = place_of(given[0]) if given else None
    if at is not None:
        mine = len(given) > 1 and own(given[1])
        state.fill(at, "opaque" if mine else "load", call.node.start_byte)
    return [(state, call.fresh(state))]


def _scaled(_call: Call, state: State, given: list[Value]) -> Outcomes:
    """BYTES_TO_BITS(): include/linux/bitops.h."""
    return [(state, Term("*", (given[0], Const(8))) if given else NULL)]


def _numbered(call: Call, state: State, given: list[Value]) -> Outcomes:
    """The number of a bit, or how many there are: include/linux/find.h."""
    found = _looks(call, state, given)
    for one, value in found:
        assume(one.facts, Term("<=", (NULL, value)), wanted=True)
    return found


def _percpu(call: Call, state: State, given: list[Value]) -> Outcomes:
    """One CPU's own of what there is for each: include/linux/percpu-defs.h."""
    found = _unknown(call, state, given)
    for one, value in found:
        assume(one.facts, value, wanted=True)
    return found


def _looks(call: Call, state: State, given: list[Value]) -> Outcomes:
    """What changes nothing; of the iterator's own memory it says the same as long as that stays."""
    for node, value in zip(call.nodes, given, strict=False):
        if not call.machine.usable(node, state, value):
            return []
    mine = bool(given) and all(own(one) for one in given[:1])
    others = call.name.startswith("list_empty") and bool(given) and elsewhere(given[0])
    kind = "native" if (mine and len(given) == 1) or others else "call"
    found: Value = call.fresh(state, kind)
    return [(state, Term(call.name, (found, *given)) if entries.ASKS.fullmatch(call.name) else found)]


def _empty(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Whether a node of the iterator is in a list."""
    if given and isinstance(given[0], Address) and owned(given[0].region):
        at = place_of(given[0])
        assert at is not None
        found = state.load(Place(at.region, f"{at.path}.(linked)"), call.node.start_byte, call.name)
        if not call.machine.usable(call.node, state, found):
            return []
        return [(state, Term("!", (found,)))]
    return _looks(call, state, given)


def _linked(call: Call, state: State, given: list[Value]) -> Outcomes:
    if given and isinstance(given[0], Address) and owned(given[0].region):
        linked = words.LINKS.fullmatch(call.name) is not None
        if linked and given[0].region != STATE:
            shared(state, given[0])
        at = place_of(given[0])
        assert at is not None
        state.store(Place(at.region, f"{at.path}.(linked)"), ONE if linked else NULL)
        for link in () if "hlist" in call.name.lower() else ("next", "prev"):
            other = state.fresh("load", link, call.node.start_byte)
            assume(state.facts, other, wanted=True)
            state.store(Place(at.region, join(at.path, link)), other)
        return [(state, NULL)]
    if given and words.LINKS.fullmatch(call.name):
        shared(state, given[0])
    return _unknown(call, state, given)


def _container(call: Call, state: State, given: list[Value]) -> Outcomes:
    """The element around a member; the member of a state is in the state."""
    value = given[0] if given else NULL
    if not call.machine.usable(call.node, state, value):
        return []
    if isinstance(value, Address) and owned(value.region) and value.path in {"", text(call.nodes[-1])}:
        return [(state, Address(value.region, ""))]
    found = call.fresh(state, "load")
    if not call.name.endswith("_safe"):  # which gives NULL for NULL: include/linux/list.h, rbtree.h
        assume(state.facts, found, wanted=True)
    if entries.MAKES.fullmatch(call.name):
        entries.made(call, state, given, found)
    return [(state, found)]


def _constant(value: Value) -> bool:
    return isinstance(value, Const) or (isinstance(value, Symbol) and value.kind == "name")


def _sized(call: Call, state: State, given: list[Value]) -> None:
    """Find a size that a program may make as large as it likes."""
    for node, value in zip(call.nodes, given, strict=False):
        if name := unbounded(state.facts, value):
            call.machine.fault("wraps", name, node, state)


def _unknown(call: Call, state: State, given: list[Value]) -> Outcomes:
    """A function whose body is not there: what it gets the address of, it may change."""
    _sized(call, state, given)
    if call.name.isupper() and given and all(_constant(one) for one in given):
        return [(state, Term(call.name, tuple(given)))]  # BITS_TO_LONGS(nr_cpu_ids) and the like
    for node, value in zip(call.nodes, given, strict=False):
        if call.name.isupper() or (isinstance(value, Address) and value.region[0] == "local"):
            continue
        if not alive_or_none(call, node, state, value):
            return []
    if words.FOLLOWS.fullmatch(call.name) and not _follows(call, state, given):
        return []
    if words.STICKY.fullmatch(call.name) and call.machine.repeated:
        return [(state, NULL)]
    fill(call, state, given)
    native = bool(given) and own(given[0]) and (len(given) == 1 or words.ENTRIES.fullmatch(call.name))
    kind = "native" if native else "load" if call.name.isupper() else "call"
    found = call.fresh(state, kind)
    handed(call, state)
    if words.CONVERTS.fullmatch(call.name):  # the same object, as something else
        state.held = tuple(h._replace(value=found) if h.value in given else h for h in state.held)
    return [(state, found)]


def _follows(call: Call, state: State, given: list[Value]) -> bool:
    """Whether a function can follow what it gets at once; an argument of new() is there in any case."""
    for node, value in zip(call.nodes, given, strict=False):
        argument = isinstance(value, Symbol) and value.kind == "param"
        if not argument and not alive(call.machine, node, state, value):
            return False
        assume(state.facts, value, wanted=True)
    return True


def _looked_up(call: Call, state: State, given: list[Value]) -> Outcomes:
    """What is there, without a reference, or NULL."""
    ways: Outcomes = []
    for end, found in _unknown(call, state, given):
        for one, there in call.machine.split(call.node, end, found):
            if not there:
                one.note(call.machine.code.spot(call.node, f"'{call.name}' gives NULL"))
            ways.append((one, found if there else NULL))
    return ways


def _memory(call: Call, state: State, given: list[Value]) -> Outcomes:
    _sized(call, state, given)
    return allocated(call, state, given)


def _silent(_call: Call, state: State, given_reference: list[Value]) -> Outcomes:
    return [(state, NULL)]


def _is_head(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Whether a loop over a list has come to its end."""
    at_head = loops.at_head(given[0]) if given else None
    return _looks(call, state, given) if at_head is None else [(state, ONE if at_head else NULL)]


_HANDLERS = (
    (regex(r"IS_ERR(?:_VALUE|_OR_NULL)?"), _failed),
    (regex(r"PTR_ERR(?:_OR_ZERO)?"), _number_of),
    (regex(r"memset|bzero|memzero_explicit"), _zeroed),
    (
        regex(r"BUILD_BUG_ON\w*|lockdep_\w+|pr_\w+|static_assert|BUG_ON|barrier|cpu_relax"),
        _silent,
    ),
    (words.COPIES, _copied),
    (regex(r"(?:refcount|atomic\w*)_(?:dec|sub)_and_test"), counted_down),
    (regex("BYTES_TO_BITS"), _scaled),
    (regex(r"find_\w*bit\w*|cpumask_(?:next|first)\w*"), _numbered),
    (regex(r"(?:per|this|raw)_cpu_ptr|per_cpu"), _percpu),
    (regex("list_entry_is_head"), _is_head),
    (words.EMPTY, _empty),
    (words.UNLINKS, _linked),
    (words.LINKS, _linked),
    (regex("|".join(sorted(words.CONTAINERS))), _container),
    (words.LOOKS, _looks),
    (words.LOOKS_UP, _looked_up),
    (words.ALLOCATES, _memory),
    (words.FREES, release),
)
