# SPDX-License-Identifier: GPL-2.0-only
"""What calls do: of functions that are known by their names, of those in the file, and of all others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kiter.csource.nodes import Node, below, named, text
from kiter.flow import vocabulary as words
from kiter.flow.domain import assume, truth
from kiter.flow.graph import Graph
from kiter.flow.holding import Hold as Kind
from kiter.flow.holding import hold
from kiter.flow.machine import Machine, Outcomes
from kiter.flow.state import Hold, State
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
    owned,
    parts,
)

PLACES = words.STORES | words.STORES_AT | {"xchg", "swap", "rcu_replace_pointer", "no_free_ptr", "return_ptr"}
BY_ADDRESS = words.STORES_AT | {"xchg"}
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
_NAMES = re.compile(rb"\w+")
_STORING = frozenset({"assignment_expression", "init_declarator", "return_statement"})
_DROPS = re.compile(r"\w+_unlock_\w+|unlock_\w+")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call:
    """A call: where it stands, whom it calls, and the expressions that it gives."""

    machine: Machine
    node: Node
    name: str
    nodes: list[Node]

    def fresh(self, state: State, kind: str = "call") -> Symbol:
        """What it returns, where nothing is known of it."""
        return state.fresh(kind, self.name, self.node.start_byte)

    @property
    def alone(self) -> bool:
        """Whether nobody looks at what it returns."""
        parent = self.node.parent
        return parent is not None and parent.type == "expression_statement"


def place_of(value: Value) -> Place | None:
    """The place that a pointer leads to."""
    if isinstance(value, Address):
        return Place(value.region, value.path)
    return None if isinstance(value, (Const, Unset)) else Place(("at", value), "")


def alive(machine: Machine, node: Node, state: State, value: Value) -> bool:
    """Whether a pointer may be followed."""
    if not machine.usable(node, state, value):
        return False
    for one in parts(value):
        base = Address(one.region, "") if isinstance(one, Address) else one
        if base in state.gone:
            machine.fault("gone", text(node), node, state)
            return False
    if truth(state.facts, value) is False and node.type in {"identifier", "field_expression"}:
        machine.fault("null", text(node), node, state)
        return False
    return True


def called(call: Call, state: State, given: list[Value]) -> Outcomes:
    """The states behind a call, with what it returns."""
    if words.TRANSPARENT.fullmatch(call.name):
        return [(state, given[0] if given else ONE)]
    _sleeping(call, state)
    handler = next((handler for asked, handler in _HANDLERS if asked.fullmatch(call.name)), _by_shape)
    return handler(call, state, given)


def _by_shape(call: Call, state: State, given: list[Value]) -> Outcomes:
    """A function that no list has: it is gone through where its body is there, else judged by its name."""
    name, machine = call.name, call.machine
    code = machine.program.code(name) if name else None
    code = code if code not in machine.frames else None
    known = _counting(name) or _paired(machine, name, alone=call.alone)
    known = known if given else None
    if known is not None and (code is None or not _gone_through(given)):
        return known(call, state, given)
    if code is not None:
        return machine.run(code, given, state)
    kind = hold(name, alone=not given) if name else None
    if kind is None and _DROPS.fullmatch(name) and any(_alike(h.kind, name) for h in state.held):
        kind = Kind(name, takes=False)
    names_one = kind is not None and kind.takes and not call.alone and not words.LOCKS.match(kind.kind)
    return _unknown(call, state, given) if kind is None or names_one else _lock(call, state, given, kind)


Does = Callable[[Call, State, list[Value]], Outcomes]


def _counting(name: str) -> Does | None:
    """What a function does with a reference, by its name."""
    if words.RELEASES.fullmatch(name) and not words.NOT_RELEASES.fullmatch(name):
        return _release
    if words.SAME.fullmatch(name) or words.TRIES.fullmatch(name):
        return _reference
    return _given if words.GIVES.fullmatch(name) else None


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
            return _reference if alone else _given
        if name.endswith(gives) and re.search(rf"\b{re.escape(name.removesuffix(gives))}\w*{takes}\(", text):
            return _release
    return None


def _gone_through(given: list[Value]) -> bool:
    """Whether a function of the file is gone through: with somebody else's object its name says more."""
    return isinstance(given[0], Address) and owned(given[0].region)


def _sleeping(call: Call, state: State) -> None:
    asked = [call.name, *(text(one) for node in call.nodes for one in below(node, "identifier"))]
    found = next((one for one in asked if words.sleeps(one)), "")
    if not found:
        return
    under = next((h for h in state.held if h.sort == "lock" and words.ATOMIC.match(h.kind)), None)
    if under is not None:
        call.machine.fault("sleeps", f"{found}\0{under.name}", call.node, state)
    elif not call.machine.sleepable:
        call.machine.fault("sleeps", found, call.node, state)


def _failed(_call: Call, state: State, given: list[Value]) -> Outcomes:
    """IS_ERR() and the like."""
    value = given[0] if given else NULL
    if isinstance(value, Unset):
        return [(state, Term("err", (value,)))]
    error = Term("err", (value,))
    if _call.name != "IS_ERR_OR_NULL":
        return [(state, error)]
    found: Outcomes = []
    for one, holds in _call.machine.split(_call.node, state, Term("!", (value,))):
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
    for node, value in zip(call.nodes, given, strict=False):
        if not alive(call.machine, node, state, value):
            return []
    at = place_of(given[0]) if given else None
    if at is not None:
        mine = len(given) > 1 and _own(given[1])
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


def _looks(call: Call, state: State, given: list[Value]) -> Outcomes:
    """What changes nothing; of the iterator's own memory it says the same as long as that stays."""
    for node, value in zip(call.nodes, given, strict=False):
        if not call.machine.usable(node, state, value):
            return []
    mine = bool(given) and all(_own(one) for one in given[:1])
    elsewhere = call.name.startswith("list_empty") and bool(given) and _elsewhere(given[0])
    kind = "native" if (mine and len(given) == 1) or elsewhere else "call"
    return [(state, call.fresh(state, kind))]


def _own(value: Value) -> bool:
    return isinstance(value, Address) and owned(value.region)


def _elsewhere(value: Value) -> bool:
    """Whether it is something global, of which nobody here knows whether it is ever empty."""
    return isinstance(value, Address) and isinstance(value.region, tuple) and value.region[0] == "global"


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
            _shared(state, given[0])
        at = place_of(given[0])
        assert at is not None
        state.store(Place(at.region, f"{at.path}.(linked)"), ONE if linked else NULL)
        return [(state, NULL)]
    if given and words.LINKS.fullmatch(call.name):
        _shared(state, given[0])
    return _unknown(call, state, given)


def _container(call: Call, state: State, given: list[Value]) -> Outcomes:
    """The element around a member; the member of a state is in the state."""
    value = given[0] if given else NULL
    if not call.machine.usable(call.node, state, value):
        return []
    if isinstance(value, Address) and owned(value.region) and value.path in {"", text(call.nodes[-1])}:
        return [(state, Address(value.region, ""))]
    found = call.fresh(state, "load")
    assume(state.facts, found, wanted=True)
    return [(state, found)]


def _allocated(call: Call, state: State, given: list[Value]) -> Outcomes:
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


def _release(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Give something back: a reference, or memory."""
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
    mine = next((h for h in state.held if h.sort != "lock" and h.value == base), None)
    if mine is None and isinstance(base, Symbol) and base.kind == "param" and not frees:
        call.machine.fault("untaken", text(node), call.node, state)
    if mine is not None:
        state.drop(mine)
    state.note(call.machine.code.spot(call.node, f"'{call.name}' gives '{text(node)}' back"))
    if not any(h.sort != "lock" and h.value == base for h in state.held):
        state.gone |= {base}
    return [(state, call.fresh(state))]


def _emptied(state: State, base: Value) -> None:
    """What is given back by the address of a struct, as path_put() does, gives back what is in it."""
    if not isinstance(base, Address) or not base.path:
        return
    inner = f"{base.path}."
    values = {v for p, v in state.memory.items() if p.region == base.region and p.path.startswith(inner)}
    for one in [h for h in state.held if h.sort != "lock" and h.value in values]:
        state.drop(one)


def _counted_down(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Drop one of several references: where others are left, the memory is theirs."""
    if not given or not alive(call.machine, call.nodes[0], state, given[0]):
        return []
    others = state.copy()
    _shared(others, given[0])
    return [(state, ONE), (others, NULL)]


def _shared(state: State, value: Value) -> None:
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


def _reference(call: Call, state: State, given: list[Value]) -> Outcomes:
    """Take a reference to what is given; some say whether they could."""
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


def _given(call: Call, state: State, given: list[Value]) -> Outcomes:
    """An object with a reference, or NULL; what was given for it may be given back."""
    for node, value in zip(call.nodes, given, strict=False):
        if not alive_or_none(call, node, state, value):
            return []
        for one in [h for h in state.held if h.sort != "lock" and h.value == value]:
            if words.STEPS.search(call.name):
                state.drop(one)
    _fill(call, state, given)
    found = call.fresh(state)
    spot = call.machine.code.spot(call.node, f"'{call.name}' gives a reference")
    state.take(Hold("reference", call.name, found, call.name, spot))
    if words.NEVER_NULL.fullmatch(call.name):
        assume(state.facts, found, wanted=True)
    return [(state, found)]


def alive_or_none(call: Call, node: Node, state: State, value: Value) -> bool:
    """Whether a pointer may be handed to a function, which may take NULL."""
    if truth(state.facts, value) is False:
        return call.machine.usable(node, state, value)
    return alive(call.machine, node, state, value)


def _lock(call: Call, state: State, given: list[Value], kind: Kind) -> Outcomes:
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
    state.held = (*state.held, Hold("lock", kind.kind, result if tested else on, call.name, spot))
    if missed is None:
        return [(state, result)]
    if not tries and not kind.zero:  # such as lock_task_sighand(), which gives NULL
        assume(state.facts, result, wanted=True)
        return [(state, result), (missed, NULL)]
    return [(state, NULL if kind.zero else ONE), (missed, Const(-4) if kind.zero else NULL)]


def _unlock(call: Call, state: State, given: list[Value], kind: Kind) -> Outcomes:
    same = [h for h in state.held if h.sort == "lock" and h.value in given and not isinstance(h.value, Const)]
    mine = same or [h for h in state.held if h.sort == "lock" and h.kind == kind.kind]
    like = [h for h in state.held if h.sort == "lock" and _alike(h.kind, kind.kind)]
    if mine or like:
        state.drop((mine or like)[-1])
        state.note(call.machine.code.spot(call.node, f"'{call.name}' drops it"))
    elif NULL not in given:
        call.machine.fault("undone", call.name, call.node, state)
    return [(state, NULL)]


def _constant(value: Value) -> bool:
    return isinstance(value, Const) or (isinstance(value, Symbol) and value.kind == "name")


def _alike(a: str, b: str) -> bool:
    """Whether two locks share a word: what wraps one of them may drop the other."""
    return bool(set(a.split("_")) & set(b.split("_")) - {"", "read", "write", "bpf"})


def _unknown(call: Call, state: State, given: list[Value]) -> Outcomes:
    """A function whose body is not there: what it gets the address of, it may change."""
    if call.name.isupper() and given and all(_constant(one) for one in given):
        return [(state, Term(call.name, tuple(given)))]  # BITS_TO_LONGS(nr_cpu_ids) and the like
    for node, value in zip(call.nodes, given, strict=False):
        if call.name.isupper() or (isinstance(value, Address) and value.region[0] == "local"):
            continue
        if not alive_or_none(call, node, state, value):
            return []
    if words.FOLLOWS.fullmatch(call.name):
        for value in given:
            assume(state.facts, value, wanted=True)
    if words.STICKY.fullmatch(call.name) and call.machine.repeated:
        return [(state, NULL)]
    _fill(call, state, given)
    native = bool(given) and _own(given[0]) and (len(given) == 1 or words.ENTRIES.fullmatch(call.name))
    kind = "native" if native else "load" if call.name.isupper() else "call"
    return [(state, call.fresh(state, kind))]


def _fill(call: Call, state: State, given: list[Value]) -> None:
    for value in given:
        if isinstance(value, Address) and not _elsewhere(value) and call.name != "sizeof":
            local = isinstance(value.region, tuple) and value.region[0] == "local"
            state.fill(Place(value.region, value.path), "load" if local else "opaque", call.node.start_byte)


def _silent(_call: Call, state: State, _given: list[Value]) -> Outcomes:
    return [(state, NULL)]


def element(machine: Machine, node: Node, state: State) -> list[State]:
    """One more turn of a loop by a macro: its variable is another element."""
    condition = named(node, "condition")
    first = next(below(condition, "identifier"), None)
    if first is not None:
        place = machine.local(text(first))
        if place in state.memory:
            state.memory[place] = found = state.fresh("load", text(first), node.start_byte)
            assume(state.facts, found, wanted=True)
    return [state]


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
        _sleeping(Call(machine, node, "mutex_lock", []), state)
    spot = machine.code.spot(node, f"'{names[0]}({sort})' takes it")
    state.held = (*state.held, Hold("lock", kind, NULL, f"{names[0]}({sort})", spot))
    return [state]


def undone(machine: Machine, graph: Graph, node: Node, state: State) -> list[State]:
    """What the end of a block does by itself."""
    source = graph.source(node)
    frees = re.search(rb"\b__free\((\w+)\)", source)
    if node.type == "declaration" and frees:
        return _freed(machine, node, state)
    mine = [h for h in state.held if h.spot == machine.code.spot(node, h.spot.says)]
    inner = next((c for c in node.named_children if c.type == "call_expression"), node)
    mine = mine or [h for h in state.held if h.spot == machine.code.spot(inner, h.spot.says)]
    if mine:
        state.drop(mine[-1])
    return [state]


def _freed(machine: Machine, node: Node, state: State) -> list[State]:
    names = [text(one) for one in below(named(node, "declarator"), "identifier")]
    value = state.memory.get(machine.local(names[0])) if names else None
    if value is not None and truth(state.facts, value) is not False and value not in state.gone:
        for one in [h for h in state.held if h.sort != "lock" and h.value == value]:
            state.drop(one)
        state.gone |= {value}
    return [state]


_HANDLERS = (
    (re.compile(r"IS_ERR(?:_VALUE|_OR_NULL)?"), _failed),
    (re.compile(r"PTR_ERR(?:_OR_ZERO)?"), _number_of),
    (re.compile(r"memset|bzero|memzero_explicit"), _zeroed),
    (
        re.compile(r"BUILD_BUG_ON\w*|lockdep_\w+|pr_\w+|static_assert|BUG_ON|barrier|cpu_relax"),
        _silent,
    ),
    (words.COPIES, _copied),
    (re.compile(r"(?:refcount|atomic\w*)_(?:dec|sub)_and_test"), _counted_down),
    (re.compile("BYTES_TO_BITS"), _scaled),
    (re.compile(r"find_\w*bit\w*|cpumask_(?:next|first)\w*"), _numbered),
    (words.EMPTY, _empty),
    (words.UNLINKS, _linked),
    (words.LINKS, _linked),
    (re.compile("|".join(sorted(words.CONTAINERS))), _container),
    (words.LOOKS, _looks),
    (words.ALLOCATES, _allocated),
    (words.FREES, _release),
)
