# SPDX-License-Identifier: GPL-2.0-only
"""Going along the paths of a function, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.csource.nodes import Node, text
from kiter.flow import evaluate, locks, loops
from kiter.flow.graph import Graph, Step
from kiter.flow.machine import DEEPEST, OFTEN, Machine, Outcomes
from kiter.flow.program import Code
from kiter.flow.state import State, leave
from kiter.flow.values import NULL, Place, Term, Value

RETURNED = "return"


class Runner(Machine):
    """A machine that runs functions."""

    def value(self, node: Node, state: State) -> Outcomes:
        """What an expression may be, each with the state behind it."""
        return evaluate.value(self, node, state)

    def place(self, node: Node, state: State) -> list[tuple[State, Place | None]]:
        """Where an expression that can be assigned to is; None for what is not followed."""
        return evaluate.place(self, node, state)

    def run(self, code: Code, arguments: Sequence[Value], state: State) -> Outcomes:
        """Every way through a function, with what it returns."""
        graph = code.graph
        if graph is None or len(self.frames) >= DEEPEST:
            self.cut = True
            self.unseen |= {code.function.name: code} if graph is None else {}
            return []
        self.frames.append(code)
        try:
            for parameter, value in zip(code.function.parameters, arguments, strict=False):
                state.memory[self.local(parameter.name)] = value
            ends = self._paths(graph, state)
        finally:
            self.frames.pop()
        found: Outcomes = []
        for end in ends:
            value = end.memory.get(Place(("local", len(self.frames) + 1), RETURNED), NULL)
            leave(end, len(self.frames) + 1)
            found.append((end, value))
        return found

    def _paths(self, graph: Graph, state: State) -> list[State]:
        """The states at the end of every path; two that are alike go on as one."""
        waiting = [(graph.start, state)]
        seen: set[object] = set()
        ends: list[State] = []
        while waiting:
            at, state = waiting.pop()
            step = graph.steps[at]
            self.left -= 1
            if self.left < 0:
                self.cut = True
                break
            if step.kind == "end":
                ends.append(state)
            elif step.meets:
                key = (at, state.key())
                if key in seen or (step.kind == "join" and not self._turn(at, state)):
                    continue
                seen.add(key)
            waiting.extend(self._step(graph, at, step, state) if step.kind != "end" else ())
        return ends

    def _turn(self, at: int, state: State) -> bool:
        """Count the turns of a loop; whether one more is gone."""
        turn = (len(self.frames), at)
        state.turns[turn] = state.turns.get(turn, 0) + 1
        if state.turns[turn] <= OFTEN:
            return True
        self.cut = True
        return False

    def _step(self, graph: Graph, at: int, step: Step, state: State) -> Iterator[tuple[int, State]]:
        if step.kind == "join":
            yield step.next, state
        elif step.kind == "do":
            assert step.node is not None
            yield from ((step.next, one) for one, _ in evaluate.value(self, step.node, state))
        elif step.kind == "if":
            yield from self._if(at, step, state)
        elif step.kind == "switch":
            yield from self._switch(step, state)
        elif step.kind == "either":
            yield step.next, state.copy()
            yield step.other, state
        elif step.kind == "each":
            assert step.node is not None
            if self._turn(at, state):
                yield from ((step.next, one) for one in loops.element(self, step.node, state.copy()))
            yield from ((step.other, one) for one in loops.element(self, step.node, state, ended=True))
        elif step.kind == "leave":
            assert step.node is not None
            yield from ((step.next, one) for one in locks.undone(self, graph, step.node, state))
        elif step.kind == "return":
            yield from self._return(step, state)

    def _return(self, step: Step, state: State) -> Iterator[tuple[int, State]]:
        node = step.node
        if node is None:
            yield step.next, state
            return
        found = (
            evaluate.value(self, node.named_children[0], state) if node.named_children else [(state, NULL)]
        )
        for one, value in found:
            one.memory[self.local(RETURNED)] = value
            one.note(self.code.spot(node, text(node)[:60].rstrip(";")))
            yield step.next, one

    def _if(self, at: int, step: Step, state: State) -> Iterator[tuple[int, State]]:
        if step.node is None:
            yield step.next, state
            return
        turn = (len(self.frames), at)
        state.turns[turn] = state.turns.get(turn, 0) + 1
        for one, holds in evaluate.branch(self, step.node, state):
            if holds and one.turns[turn] > OFTEN:
                self.cut = True
                continue
            yield (step.next if holds else step.other), one

    def _switch(self, step: Step, state: State) -> Iterator[tuple[int, State]]:
        assert step.node is not None
        for start, value in evaluate.value(self, step.node, state):
            rest: list[State] = [start]
            default = step.other
            for label, entry in step.cases:
                if label is None:
                    default = entry
                    continue
                going, rest = rest, []
                self.left -= len(going)
                if self.left < 0:
                    self.cut = True
                    return
                for one in going:
                    for asked, wanted in evaluate.value(self, label, one):
                        for went, holds in self.split(step.node, asked, Term("==", (value, wanted))):
                            if holds:
                                went.note(self.code.spot(label, f"case {text(label)}"))
                                yield entry, went
                            else:
                                rest.append(went)
            for one in rest:
                yield default, one
