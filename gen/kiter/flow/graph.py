# SPDX-License-Identifier: GPL-2.0-only
"""The graph of a function's control flow, from its syntax.

It is built from the last statement to the first, so that each step knows what follows. What a block undoes by
itself, such as guard(mutex)(&lock), stands on every way out of the block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kiter.csource.function import Function
from kiter.csource.nodes import Node, named, text
from kiter.regex import regex
from kiter.value_class import value_class

DEEPEST = 100  # statements in each other: a longer chain of else ifs is generated, or made to hurt
_GUARD = regex(rb"(?:guard|CLASS)\(\w+(?:, *\w+)?\)")
_FREES = regex(rb"\b__free\((\w+)\)")
_SCOPED = regex(rb"scoped_(?:cond_)?guard")


class TooDeepError(Exception):
    """Statements nested deeper than any that people write."""


@dataclass(slots=True, eq=False, repr=False)
class Step:
    """One step; `next` follows, or `other` where a condition does not hold.

    kind: "do" what it says, "if" for a condition, "each" for a loop by a macro, "either" for #if, "switch",
    "return", "leave" for the end of a guard, "join" where ways meet, "end"
    """

    kind: str
    node: Node | None = None  # what stands there
    next: int = -1  # the step that follows
    other: int = -1  # that where a condition does not hold
    cases: list[tuple[Node | None, int]] = field(default_factory=list)  # of a switch, with their steps
    # Whether several steps lead here.
    meets: bool = False


@value_class(eq=False)
class _Scope:
    """What surrounds a statement.

    guards: what is undone on the way out, the outermost first
    stop, again: where break and continue lead to, and how many of the guards are outside
    """

    guards: tuple[Node, ...] = ()
    stop: tuple[int, int] | None = None
    again: tuple[int, int] | None = None
    depth: int = 0


class Graph:
    """All steps of a function; it begins at `start`."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.steps: list[Step] = []
        self._labels: dict[str, tuple[int, int]] = {}
        self._jumps: list[tuple[int, str, tuple[Node, ...]]] = []
        self.end = self._add(Step("end"))
        self.start = self._build(function.body, self.end, _Scope())
        for step, label, guards in self._jumps:
            target, outside = self._labels.get(label, (self.end, 0))
            self.steps[step].next = self._leave(guards[outside:], target)
        self._count()

    def _count(self) -> None:
        """Mark the steps that several others lead to."""
        seen: set[int] = set()
        for step in self.steps:
            for following in (step.next, step.other, *(entry for _, entry in step.cases)):
                if following >= 0:
                    self.steps[following].meets |= following in seen
                    seen.add(following)

    def _add(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def _leave(self, guards: Sequence[Node], target: int) -> int:
        for guard in guards:
            target = self._add(Step("leave", guard, target))
        return target

    def _build(self, node: Node | None, after: int, scope: _Scope) -> int:
        """The first step of a statement that is followed by `after`."""
        if node is None:
            return after
        if scope.depth > DEEPEST:
            raise TooDeepError
        scope = _Scope(scope.guards, scope.stop, scope.again, scope.depth + 1)
        maker = _MAKERS.get(node.type)
        if maker is not None:
            return maker(self, node, after, scope)
        if node.is_named and node.type not in _SILENT:
            return self._add(Step("do", node, after))
        return after

    def _block(self, node: Node, after: int, scope: _Scope) -> int:
        return self._sequence(node.named_children, after, scope)

    def _sequence(self, nodes: Sequence[Node], after: int, scope: _Scope) -> int:
        before = [scope.guards]
        for one in nodes:
            before.append((*before[-1], one) if self._guards(one) else before[-1])
        after = self._leave(before[-1][len(scope.guards) :], after)
        for one, guards in zip(reversed(nodes), reversed(before[:-1]), strict=True):
            after = self._build(one, after, _Scope(guards, scope.stop, scope.again, scope.depth))
        return after

    def _guards(self, node: Node) -> bool:
        """Whether something is undone at the end of the block that a statement stands in."""
        source = self.source(node)
        if node.type == "declaration":
            return _FREES.search(source) is not None
        return node.type == "expression_statement" and _GUARD.match(source) is not None

    def source(self, node: Node) -> bytes:
        """The text of a node as the file has it."""
        return self.function.data[node.start_byte : node.end_byte]

    def _if(self, node: Node, after: int, scope: _Scope) -> int:
        other = named(node, "alternative")
        if other is not None and other.type == "else_clause":
            other = other.named_children[-1] if other.named_children else None
        then = self._build(named(node, "consequence"), after, scope)
        return self._add(Step("if", named(node, "condition"), then, self._build(other, after, scope)))

    def _loop(self, node: Node, after: int, scope: _Scope) -> int:
        keyword = self.source(node)
        if _SCOPED.match(keyword):
            return self._scoped(node, after, scope)
        kind = "if" if keyword.startswith((b"while", b"for")) and b"for_each" not in keyword[:60] else "each"
        condition = named(node, "condition")
        head = self._add(Step(kind if condition is not None else "join", condition))
        if kind == "each":
            self.steps[head].node = node
        update = named(node, "update")
        again = self._add(Step("do", update, head)) if update is not None else head
        inner = _Scope(scope.guards, (after, len(scope.guards)), (again, len(scope.guards)), scope.depth)
        self.steps[head].next = self._build(named(node, "body"), again, inner)
        self.steps[head].other = after
        return self._build(named(node, "initializer"), head, scope)

    def _scoped(self, node: Node, after: int, scope: _Scope) -> int:
        inner = _Scope((*scope.guards, node), (after, len(scope.guards)), scope.again, scope.depth)
        body = self._build(named(node, "body"), self._leave((node,), after), inner)
        taken = self._add(Step("do", node, body))
        if self.source(node).startswith(b"scoped_cond_guard"):
            return self._add(Step("either", node, taken, self._add(Step("return", None, self.end))))
        return taken

    def _do(self, node: Node, after: int, scope: _Scope) -> int:
        test = self._add(Step("if", named(node, "condition"), -1, after))
        inner = _Scope(scope.guards, (after, len(scope.guards)), (test, len(scope.guards)), scope.depth)
        head = self._add(Step("join", None, self._build(named(node, "body"), test, inner)))
        self.steps[test].next = head
        return head

    def _switch(self, node: Node, after: int, scope: _Scope) -> int:
        inner = _Scope(scope.guards, (after, len(scope.guards)), scope.again, scope.depth)
        body = named(node, "body")
        cases = [one for one in body.named_children if one.type == "case_statement"] if body else []
        found: list[tuple[Node | None, int]] = []
        entry = after
        for one in reversed(cases):
            value = named(one, "value")
            rest = [c for c in one.named_children if value is None or c.id != value.id]
            entry = self._sequence(rest, entry, inner)
            found.append((value, entry))
        return self._add(Step("switch", named(node, "condition"), -1, after, found[::-1]))

    def _label(self, node: Node, after: int, scope: _Scope) -> int:
        join = self._add(Step("join"))
        self._labels[text(named(node, "label"))] = (join, len(scope.guards))
        rest = node.named_children[1:]
        self.steps[join].next = self._sequence(rest, after, scope)
        return join

    def _goto(self, node: Node, after: int, scope: _Scope) -> int:
        step = self._add(Step("join", None, after))
        self._jumps.append((step, text(named(node, "label") or node.named_children[0]), scope.guards))
        return step

    def _return(self, node: Node, after: int, scope: _Scope) -> int:
        return self._add(Step("return", node, self._leave(scope.guards, self.end)))

    def _break(self, node: Node, after: int, scope: _Scope) -> int:
        target, outside = scope.stop or (after, len(scope.guards))
        return self._leave(scope.guards[outside:], target)

    def _continue(self, node: Node, after: int, scope: _Scope) -> int:
        target, outside = scope.again or (after, len(scope.guards))
        return self._leave(scope.guards[outside:], target)

    def _either(self, node: Node, after: int, scope: _Scope) -> int:
        """An #if inside a function: whatever it asks, both ways are gone."""
        other = named(node, "alternative")
        asked = {found.id for name in ("condition", "name") if (found := named(node, name)) is not None}
        parts = [one for one in node.named_children if one.id not in asked]
        mine = [one for one in parts if other is None or one.id != other.id]
        then = self._sequence(mine, after, scope)
        return self._add(Step("either", None, then, self._build(other, after, scope)))

    def _else(self, node: Node, after: int, scope: _Scope) -> int:
        return self._block(node, after, scope)


_MAKERS = {
    "compound_statement": Graph._block,
    "if_statement": Graph._if,
    "while_statement": Graph._loop,
    "for_statement": Graph._loop,
    "do_statement": Graph._do,
    "switch_statement": Graph._switch,
    "labeled_statement": Graph._label,
    "goto_statement": Graph._goto,
    "return_statement": Graph._return,
    "break_statement": Graph._break,
    "continue_statement": Graph._continue,
    "preproc_ifdef": Graph._either,
    "preproc_if": Graph._either,
    "preproc_elif": Graph._either,
    "preproc_else": Graph._else,
}
_SILENT = frozenset({"comment", "preproc_def", "preproc_function_def", "preproc_call", "ERROR"})
