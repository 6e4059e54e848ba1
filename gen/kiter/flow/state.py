# SPDX-License-Identifier: GPL-2.0-only
"""A state: what memory holds on one path, what is known of it, and what the path has taken."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from kiter.flow.domain import Facts, bounds, truth
from kiter.flow.values import (
    NULL,
    STATE,
    Address,
    Const,
    Place,
    Region,
    Symbol,
    Term,
    Unset,
    Value,
    mapped,
    moved,
    owned,
    parts,
)


class Spot(NamedTuple):
    """A line that a path goes along: its file, the row from 0, and what happens there."""

    file: str
    row: int
    column: int
    says: str


_EARLIER = 1 << 30  # above all numbers that values get between calls
Trail = tuple[Any, Spot] | None
"""The spots of a path, the last one first: what was before, and the last."""


class Hold(NamedTuple):
    """What a path has taken."""

    # A "lock" of some kind, a "reference" to a value, or "memory" at one.
    sort: str
    # The kind of a lock, else the function that gave it.
    kind: str
    # The object, or for a lock what says that it was taken.
    value: Value
    # The function that took it.
    name: str
    # Where.
    spot: Spot
    # The lock itself.
    on: Value = NULL


class Entry(NamedTuple):
    """An element that a macro has made, which may be the head of a list: of what, by which macro, and where.

    `doubt` is why it may be an element all the same.
    """

    value: Value
    origin: Value
    name: str
    spot: Spot
    doubt: str = ""


@dataclass(slots=True, eq=False, repr=False)
class State:
    """One path's state; what changes it, changes a copy."""

    # What each place holds, as far as it was asked or stored.
    memory: dict[Place, Value] = field(default_factory=dict)
    # What a region holds elsewhere: "unset", "zero" or "opaque".
    filled: dict[Region, str] = field(default_factory=dict)
    # What is known of values.
    facts: Facts = field(default_factory=dict)
    # What was taken, in order.
    held: tuple[Hold, ...] = ()
    # Values that were released or freed.
    gone: frozenset[Value] = frozenset()
    # Places of others that this code has stored to.
    written: frozenset[Place] = frozenset()
    # Elements that may be none.
    entries: frozenset[Entry] = frozenset()
    # Why the path may not be one: it has tested what another function may have stored.
    doubt: str = ""
    # How often each loop was entered.
    turns: dict[tuple[int, int], int] = field(default_factory=dict)
    # What functions that only get the iterator's own memory have said since next() began.
    asked: frozenset[tuple[str, bool]] = frozenset()
    # The lines of the path.
    trail: Trail = None

    def copy(self) -> State:
        """One to go on with."""
        return replace(
            self,
            memory=dict(self.memory),
            filled=dict(self.filled),
            facts=dict(self.facts),
            turns=dict(self.turns),
        )

    def key(self) -> Hashable:
        """The same for states that go on alike."""
        return (
            frozenset(self.memory.items()),
            frozenset(self.facts.items()),
            frozenset(self.filled.items()),
            tuple((h.kind, h.value) for h in self.held),
            self.gone,
            frozenset((one.value, one.origin) for one in self.entries),
            bool(self.doubt),
        )

    def load(self, place: Place, site: int, named: str = "") -> Value:
        """What a place holds; asked again it is the same."""
        found = self.memory.get(place)
        if found is None:
            found = self.memory[place] = self._first(place, site, named)
        return found

    def _first(self, place: Place, site: int, named: str) -> Value:
        region, path = place
        name = path.rpartition(".")[2] or named
        above = path
        while above:
            above = above.rpartition(".")[0]
            around = self.memory.get(Place(region, above))
            if isinstance(around, Const):
                return NULL
            if isinstance(around, Symbol):
                return self.fresh("load" if around.kind == "load" else "opaque", name, stored(region, site))
            if around is not None and not isinstance(around, Unset):
                return self.fresh("opaque", name, stored(region, site))
        filled = self.filled.get(region, "")
        if filled == "zero":
            return NULL
        if filled == "unset":
            return Unset(path)
        return self.fresh(filled or "load", name, stored(region, site))

    def fresh(self, kind: str, name: str, site: int) -> Symbol:
        """A symbol of which nothing is known yet."""
        live = set(self.memory.values()) | self.gone | {one.value for one in self.held}
        live |= {p.region[1] for p in self.memory if isinstance(p.region, tuple) and p.region[0] == "at"}
        live |= {part for one in self.entries for part in parts(one.origin)}
        found = Symbol(kind, name, site)
        while found in live:
            found = found._replace(turn=found.turn + 1)
        if any(found in parts(one) for one in self.facts):
            self.facts = {one: known for one, known in self.facts.items() if found not in parts(one)}
        return found

    def store(self, place: Place, value: Value) -> None:
        """Let a place hold a value."""
        self.clear(place)
        self.memory[place] = value
        if isinstance(place.region, tuple) and place.region[0] in {"at", "global"}:
            self.written |= {place}

    def clear(self, place: Place) -> None:
        """Forget what a place and all inside it hold."""
        region, path = place
        inner = f"{path}."
        for one in [p for p in self.memory if p.region == region]:
            if not path or one.path == path or one.path.startswith(inner):
                del self.memory[one]

    def fill(self, place: Place, how: str, site: int) -> None:
        """Let all of a place be "zero", or "opaque": what is not known."""
        self.clear(place)
        if not place.path:
            self.filled[place.region] = how
        elif how == "zero":
            self.memory[place] = NULL
        else:
            self.memory[place] = self.fresh(how, place.path.rpartition(".")[2], site)

    def note(self, spot: Spot) -> None:
        """Go along a line."""
        if self.trail is None or self.trail[1] != spot:
            self.trail = (self.trail, spot)

    def take(self, hold: Hold) -> None:
        """Hold something."""
        self.held = (*self.held, hold)
        self.gone -= {hold.value}

    def drop(self, hold: Hold) -> None:
        """Hold it no longer, once."""
        at = self.held.index(hold)
        self.held = self.held[:at] + self.held[at + 1 :]

    def forget(self, value: Value) -> None:
        """There is no such object: what was taken of it was not."""
        self.held = tuple(one for one in self.held if one.sort == "lock" or one.value != value)
        self.gone -= {value}

    def stored(self) -> set[Any]:
        """Every value that memory other than local variables holds, with what they are made of."""
        places = (item for item in self.memory.items() if not _local(item[0].region))
        return {part for _, value in places for part in parts(value)}

    def spots(self) -> list[Spot]:
        """The lines of the path in order."""
        found, trail = [], self.trail
        while trail is not None:
            trail, spot = trail
            found.append(spot)
        return found[::-1]


def stored(region: Region, site: int) -> int:
    """Where something comes from that is read: what an earlier call has stored has a site below 0."""
    return -site - _EARLIER if owned(region) else site


def _local(region: Region) -> bool:
    return isinstance(region, tuple) and region[0] == "local"


def leave(state: State, depth: int) -> None:
    """Forget the local variables of a function that has returned."""
    gone = [p for p in state.memory if _local(p.region) and p.region[1] >= depth]
    for one in gone:
        del state.memory[one]
    state.turns = {at: n for at, n in state.turns.items() if at[0] < depth}


def settled(state: State) -> State:
    """The state between two kfuncs: what others own may have changed, and what nothing leads to is forgotten.

    Symbols get numbers in the order of the places, so that two states that are alike are the same.
    """
    state = state.copy()
    leave(state, 0)
    reached = _reached(state)
    state.memory = {p: _known(state, v) for p, v in state.memory.items() if p.region in reached}
    names: dict[Symbol, Symbol] = {}

    def renamed(one: Symbol) -> Symbol:
        if one.kind in {"param", "name"}:
            return one
        number = len(names)
        return names.setdefault(one, Symbol(one.kind, one.name, -1 - number))

    memory = sorted(state.memory.items(), key=lambda item: (str(item[0].path), str(item[0].region)))
    state.memory = {Place(moved(p.region, renamed), p.path): mapped(v, renamed) for p, v in memory}
    held = [one._replace(value=mapped(one.value, renamed)) for one in state.held]
    state.held = tuple(held)
    live = {part for value in state.memory.values() for part in parts(value)} | {h.value for h in held}
    state.entries = frozenset(
        one._replace(value=mapped(one.value, renamed), origin=mapped(one.origin, renamed))
        for one in state.entries
        if mapped(one.value, renamed) in live
    )
    wanted = set(names) | {one for one in live if isinstance(one, Symbol)}
    state.gone = frozenset(
        found for one in state.gone if _all(one, wanted) and (found := mapped(one, renamed)) in live
    )
    state.facts = _renamed(state, wanted, renamed)
    state.written = frozenset(Place(moved(p.region, renamed), p.path) for p in state.written)
    state.written &= state.memory.keys()
    kept = {region for region, _ in state.memory} | {STATE}
    state.filled = {r: how for r, how in state.filled.items() if owned(r) and (r in kept or r in reached)}
    return state


def _reached(state: State) -> set[Region]:
    """The regions that are the iterator's own, and those of others that it has written and still leads to."""
    found: set[Region] = {STATE}
    places = dict(state.memory)
    written = {p.region for p in state.written}
    growing = True
    while growing:
        values = [v for p, v in places.items() if p.region in found and _remains(state, p)]
        inner = {part for value in values for part in parts(value)} | {one.value for one in state.held}
        more = {one.region for one in inner if isinstance(one, Address) and owned(one.region)}
        more |= {r for r in written if isinstance(r, tuple) and (r[0] == "global" or r[1] in inner)}
        growing = not more <= found
        found |= more
    state.memory = {p: v for p, v in state.memory.items() if _remains(state, p)}
    return found


def _remains(state: State, place: Place) -> bool:
    """Whether what a place holds is still there in the next call: others change what is theirs."""
    return owned(place.region) or place in state.written


def _known(state: State, value: Value) -> Value:
    low, high = bounds(state.facts, value)
    if low == high and isinstance(value, (Symbol, Term)):
        return Const(low)
    return value if truth(state.facts, value) is not False or isinstance(value, Const) else NULL


def _all(value: Value, wanted: set[Symbol]) -> bool:
    symbols = (one for one in parts(value) if isinstance(one, Symbol))
    return all(one in wanted or one.kind in {"param", "name"} for one in symbols)


def _renamed(state: State, wanted: set[Symbol], renamed: Callable[[Symbol], Value]) -> Facts:
    """What is known of the values that are left."""
    found: Facts = {}
    for value, known in state.facts.items():
        if not _all(value, wanted) or isinstance(value, Unset):
            continue
        others = frozenset(mapped(one, renamed) for one in known.different if _all(one, wanted))
        equal = mapped(known.equal, renamed) if known.equal and _all(known.equal, wanted) else None
        found[mapped(value, renamed)] = known._replace(different=others, equal=equal)
    return found
