# SPDX-License-Identifier: GPL-2.0-only
"""What goes along paths: it splits at conditions, and enters what breaks on the way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from kiter.csource.nodes import Node, text
from kiter.flow.domain import assume, possible, truth
from kiter.flow.program import Code, Program
from kiter.flow.state import Hold, Spot, State
from kiter.flow.values import Address, Place, Symbol, Term, Unset, Value, parts
from kiter.value_class import value_class

Outcomes = list[tuple[State, Value]]
DEEPEST = 6  # functions that call each other
OFTEN = 2  # turns of a loop
STEPS = 1_500  # of one kfunc from one state
RETURNED = "return"


def _part(hold: Hold, places: Sequence[Place]) -> bool:
    """Whether one of some places is in the struct that was taken: where that is NULL, it was not."""
    around = hold.value
    if hold.sort == "lock" or not isinstance(around, Address) or not around.path:
        return False
    return any(p.region == around.region and p.path.startswith(f"{around.path}.") for p in places)


def _said(value: Value) -> Value:
    """What a question about a list says, without what it was asked of."""
    while isinstance(value, Term) and value.operator == "!":
        value = value.operands[0]
    about_list = isinstance(value, Term) and value.operator.startswith("list_")
    return value.operands[0] if isinstance(value, Term) and about_list else value


@value_class(eq=False)
class Fault:
    """What goes wrong on a path.

    kind: "unset", "gone", "null", "twice", "untaken", "idle", "sleeps", "held", "again", "undone",
    "mismatched"
    subject: the field, function or lock that it is about
    spot: where
    trail: the lines that lead there
    doubt: why it may not happen, "" when it does
    """

    kind: str
    subject: str
    spot: Spot
    trail: tuple[Spot, ...]
    doubt: str


class Machine(ABC):
    """Runs functions of one program; `sleepable` and `phase` say what they are run as."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sleepable = True
        self.starting = False  # whether it is new(), whose state functions elsewhere may be storing
        self.repeated = False  # whether the kernel's own iterators are asked once more
        self.faults: dict[tuple[str, str, Spot], Fault] = {}
        self.read: set[str] = set()  # the fields of the iterator that were looked at
        self.left = STEPS
        self.cut = False  # whether some path was not gone to its end
        self.frames: list[Code] = []
        self.depth = 0  # of the expression that is worked out
        self.unseen: dict[str, Code] = {}  # functions that no path was gone through, or not all
        self.counted = 0  # how often references were taken or released
        self.signless: set[str] = set()  # variables whose type has no sign

    @abstractmethod
    def run(self, code: Code, arguments: Sequence[Value], state: State) -> Outcomes:
        """Every way through a function, with what it returns."""

    @abstractmethod
    def value(self, node: Node, state: State) -> Outcomes:
        """What an expression may be, each with the state behind it."""

    @abstractmethod
    def place(self, node: Node, state: State) -> list[tuple[State, Place | None]]:
        """Where an expression that can be assigned to is; None for what is not followed."""

    def local(self, name: str) -> Place:
        """A variable of the function that is run."""
        return Place(("local", len(self.frames)), name)

    @property
    def code(self) -> Code:
        """The function that is run."""
        return self.frames[-1]

    def split(self, node: Node, state: State, value: Value) -> list[tuple[State, bool]]:
        """The ways on which a value is true and false, with what each of them says."""
        if not self.usable(node, state, value):
            return []
        known = truth(state.facts, value)
        if known is not None:
            return [(state, known)]
        self.left -= len(state.facts) // 32  # what a copy costs
        other = state.copy()
        found = []
        for one, wanted in ((state, True), (other, False)):
            if assume(one.facts, value, wanted) and possible(one.facts):
                self._doubt(one, value, wanted)
                self._missed(one, value)
                found.append((one, wanted))
        return found

    def _doubt(self, state: State, value: Value, wanted: bool) -> None:
        """Doubt a way that goes by what a function has filled whose body is not there.

        The kernel's own iterators may say something else when they are asked again, but not of the end.
        """
        made = [one for one in parts(_said(value)) if isinstance(one, Symbol)]
        made = [one for one in made if one.kind in {"opaque", "native"}]
        for one in made:
            again = one.kind == "native" and (not self.repeated or (one.name, wanted) in state.asked)
            if not again and not state.doubt:
                state.doubt = f"it goes by '{one.name}', which a function of another file has set"
            if not self.repeated:
                state.asked |= {(one.name, wanted)}

    def _missed(self, state: State, value: Value) -> None:
        """Forget what was not taken after all: NULL, or an error in the place of a pointer."""
        for one in state.held:
            missing = truth(state.facts, one.value) is False or truth(state.facts, Term("err", (one.value,)))
            if one.sort != "lock" and missing:
                state.forget(one.value)
        if isinstance(value, Symbol) and truth(state.facts, value) is False:
            state.gone -= {value}
            inside = [p for p, v in state.memory.items() if v == value]
            state.held = tuple(h for h in state.held if not _part(h, inside))

    def usable(self, node: Node, state: State, value: Value) -> bool:
        """Whether a value may be looked at; what was never stored, or was released, may not."""
        for one in parts(value):
            if isinstance(one, Unset):
                self.fault("unset", one.field, node, state)
                return False
        return True

    def fault(self, kind: str, subject: str, node: Node, state: State) -> None:
        """Enter what goes wrong; what is sure takes the place of what is not."""
        spot = self.code.spot(node, text(node)[:60])
        key = (kind, subject, spot)
        before = self.faults.get(key)
        if before is None or (before.doubt and not state.doubt):
            self.faults[key] = Fault(kind, subject, spot, (*state.spots(), spot), state.doubt)
