# SPDX-License-Identifier: GPL-2.0-only
"""An iterator's life as programs can lead it: new(), any number of next(), destroy(), whatever each returned.

The verifier holds programs to this order and to nothing else (kernel/bpf/verifier.c, process_iter_next_call()
and is_iter_reg_valid_uninit(), 6.4 and later): destroy() runs whatever new() gave, next() after it gave NULL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kiter.flow import entries
from kiter.flow import vocabulary as words
from kiter.flow.arithmetic import unbounded
from kiter.flow.domain import Domain, assume, truth
from kiter.flow.machine import STEPS, Fault, Outcomes
from kiter.flow.paths import Runner
from kiter.flow.program import Code, Program, unsigned
from kiter.flow.state import Spot, State, settled
from kiter.flow.values import NULL, STATE, Address, Place, Symbol, Term, Unset, Value, kinds, parts
from kiter.value_class import value_class

_LARGEST = (1 << 64) - 1
_ROUNDS = 3  # calls of next() in a row
_AGAIN = 2  # calls of next() behind one that had nothing
_STATES = 40  # that one kfunc is begun in
ITERATOR = 4_000  # steps for one iterator


@value_class(eq=False)
class Finding:
    """What a life shows.

    phase: "new", or what next() runs behind, "failed", "live" or "drained", then another kfunc
    fault: what goes wrong in it
    start: where new() failed, or where next() gave NULL
    """

    phase: str
    fault: Fault
    start: Spot | None = None


@dataclass(slots=True, eq=False, repr=False)
class Life:
    """What was found of an iterator; `cut` where not every path was gone to its end."""

    findings: list[Finding] = field(default_factory=list)
    # Functions that are nested too deeply to be gone through.
    unseen: dict[str, Code] = field(default_factory=dict)
    # The arguments of new() of which something was asked.
    tested: set[str] = field(default_factory=set)
    # Those of which a new() that succeeds knows only what they are not.
    loose: set[str] = field(default_factory=set)
    cut: bool = False


@value_class(eq=False)
class Subject:
    """An iterator as it is run.

    sleepable: of new, next and destroy, whether it is registered with KF_SLEEPABLE
    acquires: whether next() is registered with KF_ACQUIRE, and its element is the program's
    companions: other kfuncs that get the iterator
    """

    program: Program  # the file that it is in
    new: Code  # the three kfuncs
    next: Code  # likewise
    destroy: Code  # likewise
    sleepable: Mapping[str, bool]
    acquires: bool | None = False
    companions: Sequence[Code] = ()


def live(subject: Subject) -> Life:
    """Lead all lives of an iterator."""
    return _Lives(subject).lead()


class _Lives:
    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.life = Life()
        self.left = ITERATOR
        self.read: set[str] = set()  # fields that companions look at
        self.moved: set[str] = set()  # fields that change from element to element
        self.cleared: dict[str, Fault] = {}  # fields that the end alone empties
        self.done: set[object] = set()

    def lead(self) -> Life:
        failed, begun = self._begin()
        for state in failed:
            self._fail(state)
        seen: set[object] = set()
        states = begun
        for _ in range(_ROUNDS):
            fresh = [one for one in states if one.key() not in seen]
            seen |= {one.key() for one in fresh}
            states = [after for one in fresh[:_STATES] for after in self._go_on(one)]
        self._silenced()
        return self.life

    def _silenced(self) -> None:
        """Find what the end takes from companions, which new() has stored for the whole walk."""
        for path, fault in self.cleared.items():
            seen = any(one == path or one.startswith(f"{path}.") for one in self.read)
            if seen and path not in self.moved:
                self.life.findings.append(Finding("drained", fault))

    def _machine(self, what: str) -> Runner:
        machine = Runner(self.subject.program)
        machine.sleepable = self.subject.sleepable.get(what, True)
        machine.left = max(0, min(STEPS if what != "companion" else STEPS // 6, self.left))
        return machine

    def _arguments(self, code: Code, state: State) -> list[Value]:
        """The iterator, and whatever a program gives."""
        found: list[Value] = []
        for number, parameter in enumerate(code.function.parameters):
            handle = parameter.type == "void" or "bpf_iter_" in parameter.type
            if handle and (number == 0 or parameter.name.endswith("__iter")):
                found.append(Address(STATE, ""))
                continue
            symbol = Symbol("param", parameter.name)
            if not parameter.pointer and unsigned(parameter.type):
                state.facts[symbol] = Domain(0, _LARGEST)
            found.append(symbol)
        return found

    def _run(self, what: str, code: Code, state: State, phase: str, start: Spot | None) -> Outcomes:
        asked = (what, code.function.name, phase, state.key())
        if asked in self.done:
            return []
        self.done.add(asked)
        machine = self._machine(what)
        before = machine.left
        machine.starting = what == "new"
        machine.repeated = phase == "drained"
        state = state.copy()
        ends = machine.run(code, self._arguments(code, state), state)
        for end in (end for end, _ in ends if end.trail is None):  # it has gone along no line of note
            end.note(code.spot(code.function.node, f"'{code.function.name}' ends"))
        self.left -= before - machine.left
        self.life.cut |= machine.cut
        self.life.unseen |= machine.unseen
        self.read |= machine.read if what == "companion" else set()
        self.life.findings += [Finding(phase, fault, start) for fault in machine.faults.values()]
        if what in {"new", "next"}:
            for end, given in ends:
                self._leaks(what, end, given, phase)
        return ends

    def _begin(self) -> tuple[list[State], list[State]]:
        """The states behind a new() that has failed, and behind one that has not."""
        state = State(filled={STATE: "unset"})
        failed: list[State] = []
        begun: list[State] = []
        for end, given in self._run("new", self.subject.new, state, "new", None):
            for went, wrong in _ways(end, given):
                (failed if wrong else begun).append(went)
        for one in begun:
            self._kept(one)
            self.life.loose |= _loose(one)
        for one in (*failed, *begun):
            self.life.tested |= _tested(one)
        return _distinct(failed), _distinct(begun)

    def _kept(self, state: State) -> None:
        """Find arguments that are stored with nothing to keep them alive, and sizes without a bound."""
        held = {one.value for one in state.held}
        for place, value in state.memory.items():
            mine = place.region == STATE or (isinstance(place.region, tuple) and place.region[0] == "heap")
            foreign = isinstance(value, Symbol) and value.kind == "param" and value not in held
            if mine and (name := unbounded(state.facts, value)):
                spot = _storing(state, place) or _last(state)
                fault = Fault("wraps", name, spot, tuple(state.spots()), state.doubt)
                self.life.findings.append(Finding("new", fault))
            if mine and foreign and truth(state.facts, value) is not False:
                assert isinstance(value, Symbol)
                spot = _last(state)
                fault = Fault("kept", value.name, spot, tuple(state.spots()), state.doubt)
                self.life.findings.append(Finding("new", fault))

    def _leaks(self, what: str, state: State, given: Value, phase: str) -> None:
        """Find what is held behind a call that must not be, and what nothing leads to any more."""
        state.entries = entries.open_(state)
        stored = state.stored()
        own = set(parts(given)) if self.subject.acquires is not False else set()  # the program's from now on
        for one in state.held:
            spot = _last(state)
            if one.sort == "lock":
                fault = Fault("held", f"{one.name}\0{one.kind}", one.spot, (*state.spots(),), state.doubt)
                self.life.findings.append(Finding(phase, fault, spot))
            elif not (
                _led_to(one.value, stored) or _led_to_a_part(state, one.value, stored) or one.value in own
            ):
                fault = Fault("leaked", one.name, one.spot, tuple(state.spots()), state.doubt)
                self.life.findings.append(Finding(phase, fault, spot))
        state.held = tuple(one for one in state.held if one.sort == "lock" or _led_to(one.value, stored))
        if what == "next" and self.subject.acquires:
            state.held = tuple(one for one in state.held if one.sort == "lock" or one.value != given)
        if what == "next":
            self._entries(state, given, phase)
        if what == "next" and any(one in state.gone for one in parts(given)):
            fault = Fault("returned", "", _last(state), tuple(state.spots()), state.doubt)
            self.life.findings.append(Finding(phase, fault))

    def _entries(self, state: State, given: Value, phase: str) -> None:
        """Find what may be a list's head and is returned as an element."""
        for one in state.entries:
            if one.value == given:
                fault = Fault("bogus", one.name, one.spot, (*state.spots(),), state.doubt or one.doubt)
                self.life.findings.append(Finding(phase, fault))

    def _fail(self, state: State) -> None:
        """All that may follow a new() that has failed."""
        start = _last(state)
        after = settled(state)
        self._companions(after, "failed", start)
        self._end(after, "failed", start)
        self._asked_on(after, "failed", start)

    def _asked_on(self, state: State, phase: str, start: Spot) -> None:
        """Call next() where there is nothing, and once more: it gives none, and destroy() may follow."""
        for _ in range(_AGAIN):
            ends = self._run("next", self.subject.next, state, phase, start)
            for end, given in ends:
                self._gives_none(end, given, phase, start)
            none = [went for end, given in ends for went, some in _ways(end, given) if not some]
            after = _distinct(none)
            for one in after:
                self._end(settled(one), phase, start)
            if not after:
                return
            state = settled(after[0])

    def _go_on(self, state: State) -> list[State]:
        """Call next() and end; the states in which the walk goes on."""
        state = settled(state)
        state.asked = frozenset()
        self._companions(state, "live", None)
        self._end(state, "live", None)
        following = []
        for end, given in self._run("next", self.subject.next, state, "live", None):
            sure = truth(end.facts, given) is not None or not _earlier(given)
            for went, some in _ways(end, given):
                self._changed(state, went, some)
                if some:
                    following.append(went)
                    continue
                if not sure and not went.doubt:
                    went.doubt = "what an earlier call has stored is never NULL when it is returned"
                self._drained(went)
        return _distinct(following)

    def _changed(self, before: State, after: State, some: bool) -> None:
        """Tell what changes with an element from what the end alone empties and nobody releases."""
        for place, old in before.memory.items():
            emptied = after.filled.get(STATE) == "zero"
            new = after.memory.get(place, NULL if emptied else None)
            if place.region != STATE or new == old:
                continue
            if new is None or not _is_none(after, new):
                self.moved |= {place.path} if some else set()
            elif old != NULL and old not in after.gone:
                spot = _storing(after, place) or _last(after)
                fault = Fault("silenced", place.path, spot, (*after.spots(),), after.doubt)
                self.cleared.setdefault(place.path, fault)

    def _drained(self, state: State) -> None:
        start = _last(state)
        after = settled(state)
        self._companions(after, "drained", start)
        self._end(after, "drained", start)
        self._asked_on(after, "drained", start)

    def _gives_none(self, state: State, given: Value, phase: str, start: Spot) -> None:
        """Find an element that is given where there must be none."""
        if truth(state.facts, given) is False or isinstance(given, Unset):
            return
        doubt = state.doubt
        if not doubt and kinds(given) & {"native", "opaque"}:
            doubt = "what it returns comes from another function, which only gets the iterator's own memory"
        spots = state.spots()
        fault = Fault("element", "", spots[-1] if spots else start, tuple(spots), doubt)
        self.life.findings.append(Finding(phase, fault, start))

    def _end(self, state: State, phase: str, start: Spot | None) -> None:
        """Call destroy(), behind which nothing may be held."""
        for end, _ in self._run("destroy", self.subject.destroy, state, f"{phase} destroy", start):
            foreign = _escaped(end)
            for one in end.held:
                if one.sort == "lock" or one.value not in foreign:
                    kind = "open" if one.sort == "lock" else "leaked"
                    subject = f"{one.name}\0{one.kind}" if one.sort == "lock" else one.name
                    fault = Fault(kind, subject, one.spot, tuple(end.spots()), end.doubt)
                    self.life.findings.append(Finding(f"{phase} destroy", fault, start))

    def _companions(self, state: State, phase: str, start: Spot | None) -> None:
        for code in self.subject.companions:
            self._run("companion", code, state, f"{phase} {code.function.name}", start)


def _ways(state: State, given: Value) -> Iterable[tuple[State, bool]]:
    """The state for what is 0, and for what is not."""
    known = truth(state.facts, given)
    if known is not None or isinstance(given, Unset):
        return [(state, known is not False)]
    other = state.copy()
    assume(state.facts, given, wanted=True)
    assume(other.facts, given, wanted=False)
    other.forget(given)
    return [(state, True), (other, False)]


def _tested(state: State) -> set[str]:
    """The arguments that a path has learnt something of."""
    asked = (value for value, known in state.facts.items() if known != Domain(0, _LARGEST))
    return {one.name for value in asked for one in parts(value) if isinstance(one, Symbol)}


def _loose(state: State) -> set[str]:
    """The arguments that a path has compared with some values, and that may be any other."""
    bounded = {
        one
        for fact, known in state.facts.items()
        if isinstance(fact, Term) and (fact.operator != "==" or known.low)
        for one in parts(fact)
    }
    arguments = ((one, known) for one, known in state.facts.items() if isinstance(one, Symbol))
    return {
        one.name
        for one, known in arguments
        if one.kind == "param" and known.different and one not in bounded
        if known._replace(different=frozenset()) == Domain(0, _LARGEST)
    }


def _led_to(value: Value, stored: set[object]) -> bool:
    """Whether memory that is left leads to an object, or it is a part of the state itself."""
    return value in stored or (isinstance(value, Address) and value.region == STATE)


def _led_to_a_part(state: State, value: Value, stored: set[object]) -> bool:
    """Whether memory that is left leads to what shares the references of an object."""
    shares = (
        one
        for place, one in state.memory.items()
        if place.region == ("at", value) and words.SHARES.fullmatch(place.path.rpartition(".")[2])
    )
    return any(one in stored for one in shares)


def _earlier(value: Value) -> bool:
    """Whether a value was stored by an earlier kfunc, and nothing was asked of it since."""
    return isinstance(value, Symbol) and (value.site < 0 or value.kind == "param")


def _last(state: State) -> Spot:
    return state.trail[1] if state.trail else Spot("", 0, 0, "")


def _is_none(state: State, value: Value) -> bool:
    return truth(state.facts, value) is False


def _storing(state: State, place: Place) -> Spot | None:
    """Where a path has stored to a place last."""
    field = place.path.rpartition(".")[2]
    ways = (spot for spot in reversed(state.spots()) if re.search(rf"\b{field} = ", spot.says))
    return next(ways, None)


def _distinct(states: Iterable[State]) -> list[State]:
    """States that differ in what is left of them; of those that are alike the first, with its way."""
    found: dict[object, State] = {}
    for one in states:
        after = settled(one)
        found.setdefault((after.key(), _last(one)), one)
    return list(found.values())[:_STATES]


def _escaped(state: State) -> set[object]:
    """What memory of others holds."""
    places = (item for item in state.memory.items() if isinstance(item[0].region, tuple))
    return {part for place, value in places if place.region[0] in {"at", "global"} for part in parts(value)}
