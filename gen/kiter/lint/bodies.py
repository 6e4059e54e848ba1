# SPDX-License-Identifier: GPL-2.0-only
"""The C of a spec along its paths, by what judges iterators in C, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from kiter.csource.source import Source
from kiter.flow.entries import open_
from kiter.flow.holding import hold
from kiter.flow.machine import Fault
from kiter.flow.paths import Runner
from kiter.flow.program import Program
from kiter.flow.state import Spot, State
from kiter.flow.values import Address, Symbol, Value, parts
from kiter.lint.subject import Subject, Use
from kiter.lint.tokens import calls
from kiter.spec.helper import Helper
from kiter.value_class import value_class

_LOCKS = {"again": "'{}' is acquired while it is held", "undone": "'{}' is released but not held"}
_USED = {"twice": "'{}' is released twice", "gone": "'{}' is used after it was released"}


@value_class
class Slip:
    """What is wrong: the rule, the place in the text, what is said, and the function that it is about."""

    rule: str
    offset: int
    message: str
    name: str


@value_class
class _Body:
    """A text as a function, and the row of the file made of all of them in which it begins."""

    use: Use
    name: str
    taken: tuple[str, ...]
    first: int

    def holds(self, spot: Spot) -> bool:
        """Whether a line is one of its own."""
        return self.first <= spot.row < self.first + self.use.text.count("\n") + 1

    def offset(self, spot: Spot) -> int:
        """Where a place of the file is in the text."""
        before = self.use.text.split("\n")[: spot.row - self.first]
        return sum(len(line) + 1 for line in before) + spot.column


@lru_cache(maxsize=1)
def slips(s: Subject) -> tuple[tuple[Use, Slip], ...]:
    """All that the paths of helpers, raw walks and companions show, whatever helpers they call.

    Of an expression that is a part of other code it is only known which element it gives.
    """
    bodies: list[_Body] = []
    text = ""
    for number, use in enumerate(s.uses):
        begin, end, name, taken = _around(use, f"kiter_{number}")
        bodies.append(_Body(use, name, taken, text.count("\n") + begin.count("\n")))
        text += f"{begin}{use.text}{end}"
    program = Program(Source("", text))
    found = ((body.use, slip) for body in bodies for slip in dict.fromkeys(_of(body, program, s)))
    return tuple((use, slip) for use, slip in found if use.statements or slip.rule == "C31")


def _around(use: Use, name: str) -> tuple[str, str, str, tuple[str, ...]]:
    """What stands before and behind a text that is a function, the function's name and its parameters.

    A walk leaves its element in the cursor; whatever else it names is there before and after it.
    """
    part = use.slot.part
    if use.slot.key == "helper.body" and isinstance(part, Helper):
        taken = ", ".join(f"{ctype} {one}" for one, ctype in part.takes) or "void"
        head = f"static {part.gives} {part.name}({taken})\n{{\n"
        return head, "\n}\n", part.name, tuple(one for one, _ in part.takes)
    head = f"static void *{name}(void)\n{{\n"
    if not use.statements:
        return f"{head}return\n", "\n;}\n", name, ()
    found = use.slot.level.walk.name if use.slot.level else "NULL"
    return head, f"\n;return {found};}}\n", name, ()


def _of(body: _Body, program: Program, s: Subject) -> Iterator[Slip]:
    code = program.code(body.name)
    if code is None:
        return
    machine = Runner(program)
    given: list[Value] = [Symbol("param", name) for name in body.taken]
    open_ended = _one_end(body.use) if body.taken or body.use.slot.key == "helper.body" else frozenset()
    for end, result in machine.run(code, given, State()):
        found = (*_left(body, end, open_ended), *_lost(end, result), *_heads(end, result))
        yield from (slip for spot, slip in _placed(body, found) if body.holds(spot))
    for fault in machine.faults.values():
        slip = _fault(body, fault, s.it.context.sleepable)
        if slip is not None and slip.name not in open_ended and body.holds(fault.spot):
            yield slip


Found = tuple[Spot, str, str, str]
"""A line of a path with a rule, what is said, and the function that it is about."""


def _placed(body: _Body, found: Sequence[Found]) -> Iterator[tuple[Spot, Slip]]:
    for spot, code, message, name in found:
        if body.holds(spot):
            yield spot, Slip(code, body.offset(spot), message, name)


def _left(body: _Body, end: State, open_ended: frozenset[str]) -> Iterator[Found]:
    """Locks and sections that are still held behind the text."""
    last = end.trail[1] if end.trail else None
    for one in end.held:
        if one.sort != "lock" or not body.holds(one.spot) or one.name in open_ended:
            continue
        if last is not None and last.says.startswith("return") and body.holds(last):
            yield last, "H23", f"returns with '{one.name}' still held", one.name
        else:
            yield one.spot, "H23", f"'{one.name}' is never released", one.name


def _lost(end: State, result: Value) -> Iterator[Found]:
    """References and memory that nothing leads to behind the text; one to an argument is the caller's."""
    kept = end.stored() | set(parts(result))
    for one in end.held:
        mine = isinstance(one.value, Address) or (isinstance(one.value, Symbol) and one.value.kind == "call")
        if one.sort != "lock" and mine and one.value not in kept and not end.doubt:
            yield one.spot, "H29", f"what '{one.name}' gives is still held, and nothing leads to it", one.name


def _heads(end: State, result: Value) -> Iterator[Found]:
    """Elements that are returned, and may be the head of a list."""
    for one in open_(end):
        if one.value == result and not (one.doubt or end.doubt):
            yield one.spot, "C31", f"'{one.name}' never returns NULL", one.name


def _fault(body: _Body, fault: Fault, sleepable: bool) -> Slip | None:
    first, _, second = fault.subject.partition("\0")
    at = body.offset(fault.spot)
    if fault.doubt:
        return None
    if fault.kind in _LOCKS:
        return Slip("H23", at, _LOCKS[fault.kind].format(first), first)
    if fault.kind in _USED:
        return Slip("H29", at, _USED[fault.kind].format(first), first)
    if fault.kind == "sleeps" and second and sleepable:
        return Slip("C30", at, f"'{first}' may sleep while '{second}' is held", first)
    return None


def _one_end(use: Use) -> frozenset[str]:
    """The functions that begin an SRCU section that does not end in the text, or the other way round.

    Such a section may go on behind a helper: it counts where both ends are in it.
    """
    named = ((one.name.text, hold(one.name.text, not one.arguments)) for one in calls(use.words))
    called = {name: found for name, found in named if found is not None and found.srcu}
    ends = {(found.kind, found.takes) for found in called.values()}
    return frozenset(name for name, found in called.items() if (found.kind, not found.takes) not in ends)
