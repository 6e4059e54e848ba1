# SPDX-License-Identifier: GPL-2.0-only
"""The bodies of helpers along their paths, by what judges iterators in C, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.csource.source import Source
from kiter.flow.holding import hold
from kiter.flow.paths import Runner
from kiter.flow.program import Program
from kiter.flow.state import Spot, State
from kiter.flow.values import Symbol
from kiter.lint.subject import Use
from kiter.lint.tokens import calls
from kiter.spec.helper import Helper
from kiter.value_class import value_class

_SLIPS = {"again": "'{}' takes what is held already", "undone": "'{}' drops what is not held"}


@value_class
class Slip:
    """A lock that is held where it must not be, or dropped where it is not held, at an offset of the body."""

    offset: int
    message: str


@value_class
class _Body:
    """A helper, and the row of the file made of all of them in which its body begins."""

    use: Use
    helper: Helper
    first: int

    def holds(self, spot: Spot) -> bool:
        """Whether a line is one of its own."""
        return self.first <= spot.row < self.first + self.use.text.count("\n") + 1

    def offset(self, spot: Spot) -> int:
        """Where a place of the file is in the body."""
        before = self.use.text.split("\n")[: spot.row - self.first]
        return sum(len(line) + 1 for line in before) + spot.column


def slips(helpers: Sequence[tuple[Use, Helper]]) -> Iterator[tuple[Use, Slip]]:
    """Every lock that a helper does not pair on some path, whatever helpers it calls.

    A read-side section of SRCU may go on behind the function: it counts where both ends are in it.
    """
    bodies: list[_Body] = []
    text = ""
    for use, helper in helpers:
        taken = ", ".join(f"{ctype} {name}" for name, ctype in helper.takes) or "void"
        text += f"static {helper.gives} {helper.name}({taken})\n{{\n"
        bodies.append(_Body(use, helper, text.count("\n")))
        text += f"{use.text}\n}}\n"
    program = Program(Source("", text))
    for body in bodies:
        open_ended = _one_end(body.use)
        found = {slip: None for name, slip in _of(body, program) if name not in open_ended}
        yield from ((body.use, slip) for slip in found)


def _of(body: _Body, program: Program) -> Iterator[tuple[str, Slip]]:
    """Each slip with the function that it is about."""
    code = program.code(body.helper.name)
    if code is None:
        return
    machine = Runner(program)
    for end, _ in machine.run(code, [Symbol("param", name) for name, _ in body.helper.takes], State()):
        last = end.trail[1] if end.trail else None
        for one in end.held:
            if one.sort != "lock" or not body.holds(one.spot):
                continue
            if last is not None and last.says.startswith("return") and body.holds(last):
                yield one.name, Slip(body.offset(last), f"returns with '{one.name}' still in force")
            else:
                yield one.name, Slip(body.offset(one.spot), f"'{one.name}' is never undone")
    for fault in machine.faults.values():
        if fault.kind in _SLIPS and body.holds(fault.spot) and not fault.doubt:
            name = fault.subject
            yield name, Slip(body.offset(fault.spot), _SLIPS[fault.kind].format(name))


def _one_end(use: Use) -> frozenset[str]:
    """The functions that begin an SRCU section that does not end in the text, or the other way round."""
    named = ((one.name.text, hold(one.name.text, not one.arguments)) for one in calls(use.words))
    called = {name: found for name, found in named if found is not None and found.srcu}
    ends = {(found.kind, found.takes) for found in called.values()}
    return frozenset(name for name, found in called.items() if (found.kind, not found.takes) not in ends)
