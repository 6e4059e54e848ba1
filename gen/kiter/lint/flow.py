# SPDX-License-Identifier: GPL-2.0-only
"""Locks along the statements of a function: what is held where, without a compiler.

Blocks nest by their braces. A block, or a single statement behind an if, that leaves the function
or the loop does not change what is held behind it. `if (!trylock(...))` holds the lock behind the
statement, `if (trylock(...))` inside it; so does `if (!got)` behind `got = trylock(...)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kiter.flow.holding import Hold, hold
from kiter.lint.tokens import PAIRS, Token, Words, calls

LEAVES = frozenset({"return", "goto", "break", "continue"})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slip:
    """A lock that is held where it must not be, or dropped where it is not held."""

    at: Token
    message: str


@dataclass(slots=True, eq=False, repr=False)
class _Walker:
    """Goes along the tokens."""

    tokens: tuple[Token, ...]
    # Helpers of the same file, which are judged by their own text.
    own: frozenset[str]
    # What took each kind, as often as it is held.
    held: dict[str, tuple[Token, ...]] = field(default_factory=dict)
    # Variables that say whether something was taken, until they are tested.
    results: dict[str, Hold] = field(default_factory=dict)
    # The kinds of which a variable got what the function returned.
    given: set[str] = field(default_factory=set)
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

    def _condition(self, at: int, end: int) -> dict[str, tuple[Token, ...]]:
        """What a condition takes: at once, or behind the statement that runs where it could not."""
        later: dict[str, tuple[Token, ...]] = {}
        for i in range(at, end):
            token = self.tokens[i]
            if (found := self._hold(i)) is not None and found.takes:
                taken: tuple[Token, ...] = (token,)
            elif token.free and (found := self.results.pop(token.text, None)) and found.kind in self.held:
                taken = self.held.pop(found.kind)
            else:
                continue
            failed = (self.tokens[i - 1].text == "!") != found.zero
            (later if failed else self.held)[found.kind] = taken
        return later

    def _simple(self, at: int, end: int) -> None:
        for i in range(at, end):
            token = self.tokens[i]
            if token.text == "return":
                self._leave(token)
            elif (found := self._hold(i)) is not None:
                (self._take if found.takes else self._drop)(i, found)
            elif i + 1 < end and self.tokens[i + 1].text == "=":
                self.results.pop(token.text, None)

    def _take(self, i: int, found: Hold) -> None:
        token, before = self.tokens[i], self.held.get(found.kind, ())
        if before and not found.nests:
            self.slips.append(Slip(token, f"'{token.text}' takes what is held already"))
        self.held[found.kind] = (*before, token) if found.nests else (token,)
        if i > 1 and self.tokens[i - 1].text == "=":
            self.results[self.tokens[i - 2].text] = found
            self.given.add(found.kind)

    def _drop(self, i: int, found: Hold) -> None:
        """What took it may have returned it, such as a spinlock, which another kind of function drops."""
        given = (kind for kind in self.held if kind in self.given)
        kind = found.kind if found.kind in self.held else next(given, found.kind)
        held = self.held.pop(kind, ())
        if not held:
            token = self.tokens[i]
            self.slips.append(Slip(token, f"'{token.text}' drops what is not held"))
        elif held[1:]:
            self.held[kind] = held[:-1]

    def _hold(self, i: int) -> Hold | None:
        """What the call at a place takes or drops."""
        called = [t.text for t in self.tokens[i + 1 : i + 3]]
        token = self.tokens[i]
        if not token.free or called[:1] != ["("] or token.text in self.own:
            return None
        return hold(token.text, alone=called == ["(", ")"])

    def _leave(self, at: Token) -> None:
        for taken in self.held.values():
            self.slips.append(Slip(at, f"returns with '{taken[-1].text}' still in force"))

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


def slips(found: Words, own: frozenset[str] = frozenset()) -> Iterator[Slip]:
    """Every lock that the statements of a function do not pair; `own` are its file's functions.

    A read-side section of SRCU may go on behind the function: it counts where both ends are in it.
    """
    tokens = tuple(t for t in found.tokens if t.kind != "comment" and not t.directive)
    walker = _Walker(tokens, own | _one_end(found))
    if not walker.block(0, len(tokens)):
        for taken in walker.held.values():
            walker.slips.append(Slip(taken[-1], f"'{taken[-1].text}' is never undone"))
    yield from walker.slips


def _one_end(found: Words) -> frozenset[str]:
    """The functions that begin an SRCU section that does not end in the text, or the other way round."""
    called = {c.name.text: h for c in calls(found) if (h := hold(c.name.text, not c.arguments)) and h.srcu}
    ends = {(h.kind, h.takes) for h in called.values()}
    return frozenset(name for name, h in called.items() if (h.kind, not h.takes) not in ends)
