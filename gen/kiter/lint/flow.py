# SPDX-License-Identifier: GPL-2.0-only
"""Locks along the statements of a function: what is held where, without a compiler.

Blocks nest by their braces. A block, or a single statement behind an if, that leaves the function
or the loop does not change what is held behind it. `if (!trylock(...))` holds the lock behind the
statement, `if (trylock(...))` inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kiter.lint.tokens import PAIRS, Token, Words

LEAVES = frozenset({"return", "goto", "break", "continue"})
# Each family by its beginning: what takes, then what drops.
FAMILIES = (
    (r"rcu_read_lock(_\w+)?", r"rcu_read_unlock(_\w+)?"),
    (r"srcu_read_lock\w*", r"srcu_read_unlock\w*"),
    (r"(raw_)?spin_(try)?lock(_\w+)?", r"(raw_)?spin_unlock(_\w+)?"),
    (r"mutex_(try)?lock(_\w+)?", r"mutex_unlock"),
    (r"read_(try)?lock(_\w+)?", r"read_unlock(_\w+)?"),
    (r"write_(try)?lock(_\w+)?", r"write_unlock(_\w+)?"),
    (r"down_(read|write)(_\w+)?", r"up_(read|write)"),
    (r"mmap_(read|write)_(try)?lock(_\w+)?", r"mmap_(read|write)_unlock(_\w+)?"),
    (r"preempt_disable(_\w+)?", r"preempt_enable(_\w+)?"),
    (r"local_irq_(save|disable)", r"local_irq_(restore|enable)"),
    (r"local_bh_disable", r"local_bh_enable"),
    (r"task_lock", r"task_unlock"),
)
TAKES = re.compile("|".join(f"(?P<t{n}>{take})" for n, (take, _) in enumerate(FAMILIES)))
DROPS = re.compile("|".join(f"(?P<d{n}>{drop})" for n, (_, drop) in enumerate(FAMILIES)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slip:
    """A lock that is held where it must not be, or dropped where it is not held."""

    at: Token
    message: str


@dataclass(slots=True, eq=False, repr=False)
class _Walker:
    """Goes along the tokens; `held` maps a family to what took it."""

    tokens: tuple[Token, ...]
    held: dict[int, Token] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)

    def block(self, at: int, end: int) -> bool:
        """The statements between two places; whether the last of them leaves."""
        left = False
        while at < end:
            at, left = self.statement(at, end)
        return left

    def statement(self, at: int, end: int) -> tuple[int, bool]:
        """One statement: where the next begins, and whether this one leaves."""
        text = self.tokens[at].text
        if text == "{":
            close = self._close(at, end)
            return close + 1, self.block(at + 1, close)
        if text in {"if", "while", "for", "switch"}:
            return self._branch(at, end)
        if text in {"else", "do"}:
            return self.statement(at + 1, end) if at + 1 < end else (end, False)
        stop = self._stop(at, end)
        self._simple(at, stop)
        return stop + 1, text in LEAVES

    def _branch(self, at: int, end: int) -> tuple[int, bool]:
        """A condition with its statement, and the other one behind else."""
        close = self._close(at + 1, end)
        later = self._condition(at + 2, close)
        if close + 1 >= end:
            return end, False
        before = dict(self.held)
        after, left = self.statement(close + 1, end)
        kept = before if left else self.held
        if after < end and self.tokens[after].text == "else":
            self.held = dict(before)
            after, other = self.statement(after + 1, end)
            self.held = kept if other else self.held
            left = left and other
        else:
            self.held, left = kept, False
        self.held.update(later)
        return after, left

    def _condition(self, at: int, end: int) -> dict[int, Token]:
        """What a condition takes: at once, or behind the statement for a try that is negated."""
        later: dict[int, Token] = {}
        for i in range(at, end):
            token = self.tokens[i]
            if token.free and (found := TAKES.fullmatch(token.text)):
                negated = i > at and self.tokens[i - 1].text == "!"
                (later if negated else self.held)[_family(found)] = token
        return later

    def _simple(self, at: int, end: int) -> None:
        for token in self.tokens[at:end]:
            if token.text == "return":
                self._leave(token)
            if not token.free:
                continue
            if drop := DROPS.fullmatch(token.text):
                if self.held.pop(_family(drop), None) is None:
                    self.slips.append(Slip(token, f"'{token.text}' drops what is not held"))
            elif take := TAKES.fullmatch(token.text):
                if _family(take) in self.held and "rcu" not in token.text:
                    self.slips.append(Slip(token, f"'{token.text}' takes what is held already"))
                self.held[_family(take)] = token

    def _leave(self, at: Token) -> None:
        for taken in self.held.values():
            self.slips.append(Slip(at, f"returns with '{taken.text}' still in force"))

    def _close(self, at: int, end: int) -> int:
        depth = 0
        for i in range(at, end):
            depth += self.tokens[i].text in PAIRS.values()
            depth -= self.tokens[i].text in PAIRS
            if depth <= 0:
                return i
        return end

    def _stop(self, at: int, end: int) -> int:
        """The semicolon that ends a statement, or the brace that ends its block."""
        depth = 0
        for i in range(at, end):
            text = self.tokens[i].text
            depth += text in PAIRS.values()
            depth -= text in PAIRS
            if text == ";" and depth == 0:
                return i
        return end


def _family(found: re.Match[str]) -> int:
    return int((found.lastgroup or next(k for k, v in found.groupdict().items() if v))[1:])


def slips(found: Words) -> Iterator[Slip]:
    """Every lock that the statements of a function do not pair."""
    tokens = tuple(t for t in found.tokens if t.kind != "comment" and not t.directive)
    walker = _Walker(tokens)
    if not walker.block(0, len(tokens)):
        for taken in walker.held.values():
            walker.slips.append(Slip(taken, f"'{taken.text}' is never undone"))
    yield from walker.slips
