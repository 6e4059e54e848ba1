# SPDX-License-Identifier: GPL-2.0-only
"""Locks and sections, and what the end of a block undoes by itself."""

from __future__ import annotations

import re

from kiter.csource.nodes import Node, below, named, text
from kiter.flow import vocabulary as words
from kiter.flow.call import Call, elsewhere, sleeping
from kiter.flow.domain import assume, truth
from kiter.flow.graph import Graph
from kiter.flow.holding import Hold as Kind
from kiter.flow.machine import Machine, Outcomes
from kiter.flow.state import Hold, State
from kiter.flow.values import (
    NULL,
    ONE,
    Address,
    Const,
    Value,
)
from kiter.regex import regex

_CLASSES = (
    ("rcu", "rcu_read_"),
    ("mutex", "mutex_"),
    ("raw_spin", "spin_"),
    ("spin", "spin_"),
    ("preempt", "preempt_"),
    ("irq", "local_irq"),
    ("rwsem", "down_read"),
    ("srcu", "srcu_"),
)
_PLAIN = frozenset({"kfree", "kvfree", "free_percpu"})  # free memory, and nothing that it leads to
_NAMES = regex(rb"\w+")


def lock(call: Call, state: State, given: list[Value], kind: Kind) -> Outcomes:
    """Take or drop a lock, or begin or end a section."""
    if not kind.takes:
        return _unlock(call, state, given, kind)
    for node, value in zip(call.nodes, given, strict=False):
        if not call.machine.usable(node, state, value):
            return []
    spot = call.machine.code.spot(call.node, f"'{call.name}' takes it")
    on = given[0] if given else NULL
    same = [h for h in state.held if h.sort == "lock" and h.kind == kind.kind]
    if same and not kind.nests and any(h.value == on for h in same) and not isinstance(on, Const):
        call.machine.fault("again", call.name, call.node, state)
    tries = "try" in call.name
    tested = not call.alone and not kind.nests
    missed = state.copy() if tries or kind.zero or tested else None
    result = call.fresh(state)
    state.note(spot)
    state.held = (*state.held, Hold("lock", kind.kind, result if tested else on, call.name, spot, on))
    if kind.kind == "kmap":  # an address, whatever is there: include/linux/highmem.h
        assume(state.facts, result, wanted=True)
    if missed is None:
        return [(state, result)]
    if not tries and not kind.zero:  # such as lock_task_sighand(), which gives NULL
        assume(state.facts, result, wanted=True)
        return [(state, result), (missed, NULL)]
    return [(state, NULL if kind.zero else ONE), (missed, Const(-4) if kind.zero else NULL)]


def _unlock(call: Call, state: State, given: list[Value], kind: Kind) -> Outcomes:
    locks = [h for h in state.held if h.sort == "lock" and not _others(h, given)]
    same = [h for h in locks if h.value in given and not isinstance(h.value, Const)]
    mine = same or [h for h in locks if h.kind == kind.kind]
    like = [h for h in locks if alike(h.kind, kind.kind)]
    if mine or like:
        state.drop((mine or like)[-1])
        state.note(call.machine.code.spot(call.node, f"'{call.name}' drops it"))
    elif given[:1] != [NULL]:
        call.machine.fault("undone", call.name, call.node, state)
    return [(state, NULL)]


def _others(held: Hold, given: list[Value]) -> bool:
    """Whether what is dropped is another lock than one that is held: both are there all the time."""
    return bool(given) and held.on != given[0] and elsewhere(held.on) and elsewhere(given[0])


def alike(a: str, b: str) -> bool:
    """Whether two locks share a word: what wraps one of them may drop the other."""
    return bool(set(a.split("_")) & set(b.split("_")) - {"", "read", "write", "bpf"})


def guarded(machine: Machine, node: Node, state: State) -> Outcomes:
    """guard(mutex)(&lock), which is dropped at the end of the block."""
    return [(one, NULL) for one in _guard(machine, node, state)]


def scoped(machine: Machine, node: Node, state: State) -> Outcomes:
    """scoped_guard(mutex, &lock), which is dropped behind its statement."""
    return [(one, NULL) for one in _guard(machine, node, state)]


def _guard(machine: Machine, node: Node, state: State) -> list[State]:
    source = machine.code.function.data[node.start_byte : node.start_byte + 120]
    names = [one.decode() for one in _NAMES.findall(source)]
    sort = names[1] if len(names) > 1 else ""
    if names[:1] == ["CLASS"]:
        return [state]
    kind = next((kind for begin, kind in _CLASSES if sort.startswith(begin)), sort)
    if sort.startswith(("mutex", "rwsem")):
        sleeping(Call(machine, node, "mutex_lock", []), state)
    spot = machine.code.spot(node, f"'{names[0]}({sort})' takes it")
    state.held = (*state.held, Hold("lock", kind, NULL, f"{names[0]}({sort})", spot))
    return [state]


def undone(machine: Machine, graph: Graph, node: Node, state: State) -> list[State]:
    """What the end of a block does by itself."""
    source = graph.source(node)
    frees = re.search(rb"\b__free\((\w+)\)", source)
    if node.type == "declaration" and frees:
        return _freed(machine, node, state, frees[1].decode())
    mine = [h for h in state.held if h.spot == machine.code.spot(node, h.spot.says)]
    inner = next((c for c in node.named_children if c.type == "call_expression"), node)
    mine = mine or [h for h in state.held if h.spot == machine.code.spot(inner, h.spot.says)]
    if mine:
        state.drop(mine[-1])
    return [state]


def _freed(machine: Machine, node: Node, state: State, how: str) -> list[State]:
    """What a variable leads to is freed; functions of its own may release what is in it, too."""
    names = [text(one) for one in below(named(node, "declarator"), "identifier")]
    value = state.memory.get(machine.local(names[0])) if names else None
    if value is None or truth(state.facts, value) is False or value in state.gone:
        return [state]
    region = value.region if isinstance(value, Address) else None
    inner = {v for p, v in state.memory.items() if p.region == region} if how not in _PLAIN else set()
    for one in [h for h in state.held if h.sort != "lock" and h.value in {value, *inner}]:
        if how in _PLAIN and one.sort == "memory" and not words.frees_what(how, one.kind):
            machine.fault("mismatched", f"{how}\0{one.kind}", node, state)
        state.drop(one)
    state.gone |= {value}
    return [state]
