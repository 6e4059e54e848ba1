# SPDX-License-Identifier: GPL-2.0-only
"""References and memory: what takes them, and what releases them."""

from __future__ import annotations

from kiter.csource.nodes import below, text
from kiter.flow import vocabulary as words
from kiter.flow.call import Call, alive, alive_or_none, elsewhere
from kiter.flow.domain import HANDED, LAST, Domain, assume, truth
from kiter.flow.machine import Outcomes
from kiter.flow.state import Hold, State
from kiter.flow.values import (
    NULL,
    ONE,
    Address,
    Place,
    Symbol,
    Term,
    Value,
)

_STORING = frozenset({"assignment_expression", "init_declarator", "return_statement"})


def allocated(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Memory, or NULL."""
    none = state.copy()
    none.note(call.machine.code.spot(call.node, f"'{call.name}' gives NULL"))
    region = ("heap", call.node.start_byte)
    if any(p.region == region for p in state.memory) or any(
        isinstance(h.value, Address) and h.value.region == region for h in state.held
    ):
        return [(state, call.fresh(state)), (none, NULL)]
    zeroed = words.ZEROED.fullmatch(call.name) or any("__GFP_ZERO" in text(one) for one in call.nodes)
    state.filled[region] = "zero" if zeroed else "opaque" if "dup" in call.name else "unset"
    made = Address(region, "")
    spot = call.machine.code.spot(call.node, f"'{call.name}' gives memory")
    state.note(spot)
    state.take(Hold("memory", call.name, made, call.name, spot))
    return [(state, made), (none, NULL)]


def release(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Give something back: a reference, or memory."""
    call.machine.counted += 1
    frees = words.FREES.fullmatch(call.name) is not None
    node, value = (call.nodes[-1], given[-1]) if frees else (call.nodes[0], given[0])
    if frees and len(given) > 1 and not call.name.startswith(("bpf_mem", "kmem_cache")):
        node, value = call.nodes[0], given[0]
    if not call.machine.usable(node, state, value):
        return []
    base = _base(value)
    if truth(state.facts, base) is False:
        fine = frees or words.NULL_IS_FINE.fullmatch(call.name)
        if not fine and words.NULL_IS_FATAL.fullmatch(call.name):
            call.machine.fault("idle", call.name, call.node, state)
        return [(state, NULL)]
    if base in state.gone:
        call.machine.fault("twice", text(node), call.node, state)
        return []
    _emptied(state, base)
    _dropped(call, state, base, text(node), frees=frees)
    if not any(h.sort != "lock" and h.value == base for h in state.held):
        state.gone |= {base}
    return [(state, call.fresh(state))]


def _dropped(call: Call, state: State, base: Value, said: str, *, frees: bool) -> None:
    """Hold an object no longer; one that was had without a reference cannot be released."""
    mine = next((h for h in state.held if h.sort != "lock" and h.value == base), None)
    if mine is None and not frees and _foreign(state, base):
        call.machine.fault("untaken", said, call.node, state)
    if mine is not None:
        if mine.sort == "memory" and frees and not words.frees_what(call.name, mine.kind):
            call.machine.fault("mismatched", f"{call.name}\0{mine.kind}", call.node, state)
        state.drop(mine)
    state.note(call.machine.code.spot(call.node, f"'{call.name}' gives '{said}' back"))


def _foreign(state: State, base: Value) -> bool:
    """Whether nobody can have taken a reference for the path: of an argument, or of what was looked up."""
    if not isinstance(base, Symbol) or Term(LAST, (base,)) in state.facts:
        return False
    counts = any(place.region == ("at", base) for place in state.written)
    found = _looked_up(base) and not counts and Term(HANDED, (base,)) not in state.facts
    return base.kind == "param" or found


def _looked_up(base: Symbol) -> bool:
    """Whether it was found without a reference."""
    name = words.LOOKS_UP if base.kind == "call" else words.LOOPS
    return base.kind in {"call", "load"} and name.fullmatch(base.name) is not None


def handed(call: Call, state: State) -> None:
    """Functions whose bodies are not there may have taken a reference to what they got, or to what has it."""
    names = {text(one) for node in call.nodes for one in below(node, "identifier")}
    for base in {state.memory.get(call.machine.local(name)) for name in names}:
        if isinstance(base, Symbol) and _looked_up(base):
            state.facts[Term(HANDED, (base,))] = Domain(1, 1)


def taken(state: State, value: Value) -> bool:
    """Whether an object is held that a pointer leads to."""
    return any(h.sort == "reference" and h.value == _base(value) for h in state.held)


def _emptied(state: State, base: Value) -> None:
    """What is released by the address of a struct, as path_put() does, releases what is in it."""
    if not isinstance(base, Address) or not base.path:
        return
    inner = f"{base.path}."
    values = {v for p, v in state.memory.items() if p.region == base.region and p.path.startswith(inner)}
    for one in [h for h in state.held if h.sort != "lock" and h.value in values]:
        state.drop(one)


def counted_down(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Drop one of several references: where others are left, the memory is theirs; the last one frees it."""
    if not given or not alive(call.machine, call.nodes[0], state, given[0]):
        return []
    call.machine.counted += 1
    base = _base(given[0])
    if isinstance(base, Address):
        others = state.copy()
        shared(others, given[0])
        return [(state, ONE), (others, NULL)]
    _dropped(call, state, base, text(call.nodes[0]), frees=False)
    others = state.copy()
    state.facts[Term(LAST, (base,))] = Domain(1, 1)
    if not any(h.sort != "lock" and h.value == base for h in others.held):
        others.gone |= {base}
    return [(state, ONE), (others, NULL)]


def shared(state: State, value: Value) -> None:
    """What a pointer leads to, or is a part of, is somebody else's as well, who frees it."""
    if not isinstance(value, Address):
        return
    whole = {Address(value.region, ""), _base(value)}
    state.held = tuple(h for h in state.held if h.sort == "lock" or h.value not in whole)


def _base(value: Value) -> Value:
    """The object that a pointer to its counter leads to."""
    if isinstance(value, Address) and isinstance(value.region, tuple) and value.region[0] == "at":
        found: Value = value.region[1]
        return found
    return value


def reference(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Take a reference to what is given; some say whether they could."""
    call.machine.counted += 1
    base, node = _base(given[0]), call.nodes[0]
    if not alive(call.machine, node, state, given[0]):
        return []
    spot = call.machine.code.spot(call.node, f"'{call.name}' takes a reference")
    taken = Hold("reference", call.name, base, call.name, spot)
    if not words.TRIES.fullmatch(call.name):
        state.note(spot)
        state.take(taken)
        return [(state, base)]
    missed = state.copy()
    missed.note(call.machine.code.spot(call.node, f"'{call.name}' fails"))
    state.note(spot)
    state.take(taken)
    stored = call.node.parent is not None and call.node.parent.type in _STORING
    return [(state, base if stored else ONE), (missed, NULL)]


def given_reference(call: Call, state: State, given: list[Value]) -> Outcomes:
    """An object with a reference, or NULL; what was given for it may be released."""
    call.machine.counted += 1
    for node, value in zip(call.nodes, given, strict=False):
        if not alive_or_none(call, node, state, value):
            return []
        for one in [h for h in state.held if h.sort != "lock" and h.value == value]:
            if words.STEPS.search(call.name) and not words.KEEPS.fullmatch(call.name):
                state.drop(one)
    fill(call, state, given)
    found = call.fresh(state)
    spot = call.machine.code.spot(call.node, f"'{call.name}' gives a reference")
    state.take(Hold("reference", call.name, found, call.name, spot))
    if words.NEVER_NULL.fullmatch(call.name):
        assume(state.facts, found, wanted=True)
    return [(state, found)]


def fill(call: Call, state: State, given: list[Value]) -> None:
    for value in given:
        if isinstance(value, Address) and not elsewhere(value) and call.name != "sizeof":
            local = isinstance(value.region, tuple) and value.region[0] == "local"
            if not local:  # what is held by it may have been released there, or put elsewhere
                inside = {v for at, v in state.memory.items() if at.region == value.region and not value.path}
                state.held = tuple(h for h in state.held if h.sort != "reference" or h.value not in inside)
            state.fill(Place(value.region, value.path), "load" if local else "opaque", call.node.start_byte)
