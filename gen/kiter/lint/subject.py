# SPDX-License-Identifier: GPL-2.0-only
"""What the rules look at: one iterator for one kernel, taken apart once for all of them.

Nothing here is compared or printed, and a class without those methods loads in a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from kiter.analysis.analysis import Analysis, analyse, sound
from kiter.edit import swapped
from kiter.errors import Edit, Position
from kiter.lint.tokens import Words, place, words
from kiter.spec.case import Case, entries, shared
from kiter.spec.companion import Companion
from kiter.spec.helper import Helper
from kiter.spec.lock import CALLER
from kiter.spec.model import Spec
from kiter.spec.node import Node
from kiter.spec.refusal import Refusal
from kiter.spec.release import Range
from kiter.spec.snippet import Snippet
from kiter.spec.source import Source
from kiter.spec.walk import (
    KINDS,
    Cursor,
    FromTo,
    Index,
    Linked,
    Native,
    Nested,
    Numbered,
    Raw,
    Ring,
    start_of,
)
from kiter.target.profile import Profile
from kiter.value_class import value_class


class When(Enum):
    """Which function a snippet ends up in."""

    NEW = "new()"
    NEXT = "next()"
    BOTH = "new() and next()"
    TEST = "the tests"
    HELPER = "a helper"
    COMPANION = "a companion"
    READER = "the operations of a reader"


class Role(Enum):
    """Where a walk with a cursor stands."""

    ONLY = "only"
    OUTER = "outer"
    INNER = "inner"


@value_class(eq=False)
class Level:
    """One walk with a cursor; `above` is the outer walk's cursor for an inner one."""

    walk: Cursor | Ring | Source | Raw | Numbered | Native | Linked
    role: Role
    case: Case
    above: str = ""

    @property
    def type(self) -> str:
        """The cursor's type where one is given."""
        return getattr(self.walk, "type", "")


@value_class(eq=False)
class Slot:
    """A key that takes C."""

    snippet: Snippet  # the text for the kernel
    key: str  # such as "cursor.next" or "init"
    when: When  # the function that it is for
    case: Case | None = None  # what the key belongs to: a case,
    level: Level | None = None  # and a walk of it
    cursors: frozenset[str] = frozenset()  # those that hold something there
    own: frozenset[str] = frozenset()  # the parameters of a function that the snippet is the body of
    part: object = None  # what the key belongs to otherwise: a helper, a companion or a resource

    @property
    def here(self) -> bool:
        """Whether the kernel has the case that the key belongs to."""
        return self.case is None or self.case.node.here


@value_class(eq=False)
class Use:
    """One text of a slot, cut into words: the one for the kernel, or one for others."""

    slot: Slot
    snippet: Snippet
    node: Node  # the text alone, without those of the same key for other kernels
    words: Words
    kernels: Range  # that the text is for

    @property
    def text(self) -> str:
        """The C."""
        return self.snippet.text

    @property
    def names(self) -> frozenset[str]:
        """The identifiers that stand for themselves, without parameters of the snippet's own."""
        return self.words.names - self.slot.own

    @property
    def statements(self) -> bool:
        """Whether it holds statements and not one expression."""
        return self.slot.key in {"raw.next", "helper.body", "companion.do", "ask.calls"}

    def at(self, offset: int = 0) -> Position:
        """Where a character of the text stands in the file."""
        return place(self.node, self.snippet, offset)

    def swap(self, offset: int, old: str, new: str) -> Edit | None:
        """The edit that puts `new` where `old` stands in the text."""
        at = self.at(offset)
        return swapped(at, old, new, self.node.document.source(at.line))

    def at_name(self, name: str) -> Position:
        """Where an identifier stands first."""
        return self.at(self.words.offset(name))


@value_class(eq=False)
class Subject:
    """A spec for one kernel, and beside it what its document has for all kernels."""

    it: Spec  # the spec as that kernel has it
    profile: Profile  # of that kernel
    every_case: tuple[Case, ...]  # of all kernels
    every_value: tuple[Case, ...]  # of the flags that choose no walk, for all kernels
    levels: tuple[Level, ...]  # of every case
    slots: tuple[Slot, ...]  # of every case
    uses: tuple[Use, ...]  # the texts of all kernels
    analysis: Analysis | None  # None while the spec is too wrong for one

    @property
    def walk(self) -> Node:
        """The part of the spec below `walk:`."""
        return shared(self.it.node)

    @property
    def cursors(self) -> frozenset[str]:
        """The names of all cursors."""
        return frozenset(level.walk.name for level in self.levels)

    @property
    def passed(self) -> Iterator[tuple[str, str, Node]]:
        """Name, type and place of what programs pass."""
        yield from ((a.name, a.type, a.node) for a in self.it.arguments)
        for c in self.it.companions:
            yield from ((p.name, p.type, c.node["arguments"][p.name]) for p in c.parameters)

    @property
    def refusals(self) -> Iterator[Refusal]:
        """Every check, in the order of the file."""
        yield from self.it.refusals
        for case in (*self.every_case, *self.every_value):
            yield from case.refusals

    @property
    def parts(self) -> Iterator[Helper | Companion]:
        """What the iterator brings along beside its walk."""
        yield from self.it.helpers
        yield from self.it.companions

    @property
    def failing(self) -> Iterator[Node]:
        """Every map from errors of new() to when that is."""
        starts = (start_of(level.walk) for level in self.levels if not level.above)
        parts = (*self.refusals, *self.it.taken)
        nodes = [part.node for part in parts] + [start.node for start in starts if start]
        yield from (node["fails"] for node in (*nodes, self.it.context.node) if "fails" in node.value)

    @property
    def prose(self) -> Iterator[tuple[Node, str]]:
        """Every text that ends up in a comment or on a page, and where it stands."""
        described = [self.it.node["summary"]]
        described += [a.node["doc"] for a in self.it.arguments]
        described += [c.node["doc"] for c in (*self.every_case, *self.every_value) if c.flag]
        described += [reason for node in self.failing for _, reason in node.items()]
        described += [part.node["doc"] for part in self.parts]
        if (fields := self.it.node["element"].get("fields")) is not None:
            described += [item["doc"] for _, item in fields.items()]
        described += [bit.node["doc"] for a in self.it.arguments for bit in a.bits]
        if (docs := self.it.node.get("docs")) is not None:
            described += (text for _, text in docs.versions)
        return ((node, str(node.value)) for node in described)

    @property
    def now(self) -> Iterator[Use]:
        """The snippets that the kernel gets, those of the tests left out."""
        for use in self.uses:
            if use.slot.here and self.it.release in use.kernels and use.slot.when is not When.TEST:
                yield use

    @property
    def stepping(self) -> Iterator[Use]:
        """The snippets that next() runs."""
        return (use for use in self.uses if use.slot.when in {When.NEXT, When.BOTH})

    @property
    def starting(self) -> Iterator[Use]:
        """The snippets that new() runs."""
        return (use for use in self.uses if use.slot.when in {When.NEW, When.BOTH})


def subject(it: Spec, profile: Profile) -> Subject:
    """Take an iterator apart; the spec must be resolved for the profile's kernel."""
    every, plain = _every_case(it), _every_value(it)
    levels = tuple(level for case in every for level in levels_of(case))
    analysis = analyse(it) if sound(it) else None
    # those that look ahead find the first element in new()
    first = When.NEW if analysis and analysis.lookahead else When.NEXT
    slots = tuple(_slots(it, (*every, *plain), levels, first))
    return Subject(it, profile, every, plain, levels, slots, tuple(_uses(slots)), analysis)


def _every_case(it: Spec) -> tuple[Case, ...]:
    """The cases of all kernels, those of the spec among them."""
    present = {case.flag: case for case in it.cases}
    return tuple(present.get(flag) or Case.of(flag, node, it.node) for flag, node in entries(it.node))


def _every_value(it: Spec) -> tuple[Case, ...]:
    """The values of all kernels that choose no walk."""
    arguments = it.node.get("arguments")
    given = [node for name, node in arguments.items() if name != it.select] if arguments else []
    entered = (item for node in given if "values" in node.value for item in node["values"].items())
    return tuple(Case.of(flag, item, it.node) for flag, item in entered)


def levels_of(case: Case) -> Iterator[Level]:
    """The walks of a case that have a cursor of their own."""
    for walk in case.walks:
        if isinstance(walk, Nested):
            yield Level(walk.outer, Role.OUTER, case)
            yield Level(walk.inner, Role.INNER, case, walk.outer.name)
        else:
            yield Level(walk, Role.ONLY, case)


def kinds(node: Node) -> list[str]:
    """The kinds of walk that are given at a place."""
    return [kind for kind in KINDS if kind in node.value]


def _slots(it: Spec, cases: Iterable[Case], levels: Iterable[Level], first: When) -> Iterator[Slot]:
    yield from _checks(it.refusals, None)
    for field in it.fields:
        if field.init is not None:
            yield Slot(field.init, "init", When.NEW)
    yield from _taken(it)
    yield from _kept(it)
    yield from _read(it)
    for case in cases:
        yield from _checks(case.refusals, case)
    for level in levels:
        yield from _walked(level, When.NEXT if level.above else first)
    if it.tests.identity:
        yield Slot(it.tests.identity, "identity", When.TEST)
    for _, snippet in it.tests.arguments:
        yield Slot(snippet, "argument", When.TEST)
    for ask in it.tests.asks:
        yield Slot(ask.calls, "ask.calls", When.TEST, own=frozenset({"it", "pos"}))


def _taken(it: Spec) -> Iterator[Slot]:
    """What new() takes, and what releases it."""
    for resource in it.resources:
        yield Slot(resource.get, "resource.get", When.NEW, part=resource)
        if resource.put is not None:
            yield Slot(resource.put, "resource.put", When.BOTH, part=resource)
    for buffer in it.buffers:
        yield Slot(buffer.count, "buffer.count", When.BOTH, part=buffer)
        if buffer.fill is not None:
            yield Slot(buffer.fill, "buffer.fill", When.NEW, part=buffer)


def _kept(it: Spec) -> Iterator[Slot]:
    """What holds elements and locks, and the functions that come with the iterator."""
    for key in ("get", "tryget", "still", "put", "last"):
        if (snippet := getattr(it.held, key)) is not None:
            yield Slot(snippet, f"element.{key}", When.NEXT, cursors=frozenset({"pos"}))
    yield from _references(it)
    for lock in it.locks:
        if lock.at is not None:
            yield Slot(lock.at, "lock", When.BOTH if lock.kind == CALLER else When.NEXT)
    for helper in it.helpers:
        own = frozenset(name for name, _ in helper.takes)
        yield Slot(helper.body, "helper.body", When.HELPER, own=own, part=helper)
    for companion in it.companions:
        own = frozenset(p.name for p in companion.parameters)
        for key in ("do", "result", "empty"):
            if (snippet := getattr(companion, key)) is not None:
                yield Slot(snippet, f"companion.{key}", When.COMPANION, own=own, part=companion)


def _references(it: Spec) -> Iterator[Slot]:
    """What takes and puts a program's own reference, where it is another than the walk's."""
    for key in ("get", "tryget", "put") if it.held.reference else ():
        snippet = getattr(it.held.reference, key)
        if snippet is not None and snippet is not getattr(it.held, key):
            yield Slot(snippet, f"reference.{key}", When.COMPANION, own=frozenset({"pos"}))


def _read(it: Spec) -> Iterator[Slot]:
    """What SEC("iter/...") asks, over names of its own."""
    for key, snippet in it.seq.snippets if it.seq else ():
        own = it.seq.names | {"pos", *(a.name for a in it.arguments)} if it.seq else frozenset()
        when = When.TEST if key == "reads" else When.READER
        yield Slot(snippet, f"iter.{key}", when, own=own, part=it.seq)


def _checks(refusals: Iterable[Refusal], case: Case | None) -> Iterator[Slot]:
    return (Slot(refusal.when, "when", When.NEW, case) for refusal in refusals)


def _walked(level: Level, first: When) -> Iterator[Slot]:
    """The slots of one walk; before its first element a cursor holds nothing."""
    walk, case = level.walk, level.case
    before = frozenset({level.above} - {""})
    during = before | {walk.name}
    if (where := getattr(walk, "where", None)) is not None:
        yield Slot(where, "where", When.NEXT, case, level, during)
    match walk:
        case Cursor():
            if walk.first is not None:
                yield Slot(walk.first, "cursor.first", first, case, level, before)
            yield Slot(walk.next, "cursor.next", When.NEXT, case, level, during)
            if walk.done is not None:
                yield Slot(walk.done, "cursor.done", When.NEXT, case, level, during)
        case Source():
            yield from _of_source(walk, case, level, before)
        case Ring():
            yield Slot(walk.anchor, "ring.anchor", When.BOTH, case, level, before)
            yield Slot(walk.next, "ring.next", When.NEXT, case, level, during)
            if walk.start is not None:
                yield Slot(walk.start.at, "ring.start.from", When.NEW, case, level)
                yield Slot(walk.start.linked, "ring.start.linked", When.NEW, case, level)
        case Raw():
            yield Slot(walk.next, "raw.next", When.NEXT, case, level, during)
        case _:
            yield from _of_its_own(walk, case, level)


def _of_source(walk: Source, case: Case, level: Level, before: frozenset[str]) -> Iterator[Slot]:
    """The slots of a source; where it begins is for new() to say, unless an outer walk stands before."""
    for text in walk.texts:
        when = When.NEW if text.key == "from" and not level.above else When.NEXT
        here = before | {walk.name} if text.key == "key" else before
        yield Slot(text.c, f"{walk.kind}.{text.key}", when, case, level, here)
    for lock in walk.locks:
        if lock.at is not None:
            yield Slot(lock.at, "lock", When.NEXT, case, level, before)


def _of_its_own(walk: Numbered | Native | Linked, case: Case, level: Level) -> Iterator[Slot]:
    """The slots of a walk whose place is no pointer to an element."""
    here = frozenset({walk.name})
    match walk:
        case FromTo():
            if walk.most is not None:
                yield Slot(walk.most, "range.most", When.NEW, case)
        case Index():
            yield Slot(walk.next, "index.next", When.NEXT, case, level, here)
            yield Slot(walk.end, "index.end", When.NEXT, case, level)
        case Native():
            yield Slot(walk.start, "native.start", When.NEW, case, level, here)
            yield Slot(walk.next, "native.next", When.NEXT, case, level, here)
            yield Slot(walk.end, "native.end", When.NEXT, case, level, here)
        case Linked():
            yield Slot(walk.link, "linked.node", When.NEXT, case, level)
            yield Slot(walk.next, "linked.next", When.NEXT, case, level)


def _uses(slots: Iterable[Slot]) -> Iterator[Use]:
    for slot in slots:
        for kernels, node, snippet in slot.snippet.versions:
            yield Use(slot, snippet, node, words(snippet.text), kernels)
