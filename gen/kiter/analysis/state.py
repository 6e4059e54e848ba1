# SPDX-License-Identifier: GPL-2.0-only
"""The iterator's state: which fields it needs, and where they are.

A field stands in the kernel's view of the opaque struct (`kit->pos`), in the open struct itself
(`it->value`), or in memory that the opaque struct points to (`data->mm`).
"""

from __future__ import annotations

from collections.abc import Iterable

from kiter.analysis.liveness import Liveness, liveness
from kiter.analysis.lookahead import Lookahead
from kiter.analysis.stored import kept_resources
from kiter.spec.element import IN_STATE
from kiter.spec.model import Spec
from kiter.spec.resource import Taken
from kiter.spec.source import Source
from kiter.spec.walk import FromTo, Index, Linked, Native, Nested, Repeat, Walk, start_of
from kiter.value_class import value_class

SIZES = {
    "bool": 1,
    "char": 1,
    "u8": 1,
    "s8": 1,
    "u16": 2,
    "s16": 2,
    "int": 4,
    "unsigned int": 4,
    "u32": 4,
    "s32": 4,
    "pid_t": 4,
    "long": 8,
    "unsigned long": 8,
    "size_t": 8,
    "u64": 8,
    "s64": 8,
}
WORD = 8


@value_class
class Field:
    """One member of the state; `inline` is how many items of a buffer may stand in its place."""

    name: str
    type: str
    given: int = 0
    inline: int = 0

    @property
    def size(self) -> int:
        """Bytes on a 64-bit machine; 8 for a type that is not known, which is the most a scalar has."""
        if self.given:
            return self.given
        if self.inline:
            return max(WORD, self.inline * SIZES.get(self.item, WORD))
        return WORD if self.type.endswith("*") else SIZES.get(self.type, WORD)

    @property
    def item(self) -> str:
        """The type of a buffer's items."""
        return self.type.removeprefix("const ").rstrip(" *")


@value_class
class Memory:
    """State that is allocated: the opaque struct holds a pointer `name` to a `type`.

    `tag` is that of a struct of its own, "" for the type of the only field, which needs none round it.
    """

    name: str
    type: str
    tag: str = ""

    @property
    def whole(self) -> bool:
        """Whether the only field is all of it."""
        return not self.tag

    @property
    def pointer(self) -> str:
        """The C type of the pointer."""
        return f"{self.type} *"


@value_class
class State:
    """What an iterator keeps from one step to the next.

    fields: in the order of the struct
    words: of 8 bytes, how many they take
    liveness: what tells that a walk is under way
    memory: where the fields are, None unless that is allocated
    """

    fields: tuple[Field, ...]
    words: int
    liveness: Liveness
    memory: Memory | None

    def has(self, name: str) -> bool:
        """Whether there is a field of that name."""
        return any(field.name == name for field in self.fields)


def state(it: Spec, lookahead: Lookahead | None) -> State:
    """The state of an iterator; one that is by hand has what its spec says, no more."""
    resources = kept_resources(it)
    memory = _memory(it, resources)
    alive = liveness(it, lookahead, resources, memory.name if memory else "")
    fields = _given(it) if it.by_hand else _fields(it, resources, alive)
    words = it.room if it.by_hand else 1 if memory else max(it.room, _words(fields))
    return State(fields, words, alive, memory)


def _given(it: Spec) -> tuple[Field, ...]:
    kept = (Field(name, ctype) for name, ctype in _kept(it))
    return (*kept, *(Field(f.name, f.type, f.size) for f in it.fields))


def _fields(it: Spec, resources: tuple[Taken, ...], alive: Liveness) -> tuple[Field, ...]:
    wanted = {name: Field(name, ctype) for name, ctype in (*_kept(it), *_cursors(it)) if name}
    if it.held.members:
        name = it.cases[0].walk.name
        wanted[name] = Field(name, pointee(it), members_size(it))
    wanted |= {r.name: Field(r.name, r.type, inline=getattr(r, "inline", 0)) for r in resources}
    wanted |= {name: Field(name, ctype) for name, ctype in _started(it).items()}
    wanted |= {f.name: Field(f.name, f.type, f.size) for f in it.fields}
    if it.select:
        wanted[it.select] = Field(it.select, next(a.type for a in it.arguments if a.name == it.select))
    for flag in ("wrapped",) * any(start_of(c.walk) for c in it.cases) + alive.flags:
        wanted[flag] = Field(flag, "bool")
    found = tuple(wanted.values())
    return found if it.place.open else tuple(sorted(found, key=lambda f: -f.size))


def start_field(it: Spec) -> str:
    """The field that remembers where a ring was entered: named so that no argument has the name."""
    return "first" if it.argument("start") else "start"


def members_size(it: Spec) -> int:
    """Bytes of an element that the iterator brings along, on a 64-bit machine."""
    size = 0
    for member in it.held.members:
        each = Field(member.name, member.type).size
        size = -(-size // each) * each + each
    return -(-size // WORD) * WORD


def pointee(it: Spec) -> str:
    """The type that an element points to."""
    return it.held.pointee


def _kept(it: Spec) -> Iterable[tuple[str, str]]:
    return ((a.name, a.type) for a in it.arguments if a.keep)


def _cursors(it: Spec) -> Iterable[tuple[str, str]]:
    for case in it.cases:
        walks: tuple[Walk, ...] = (case.walk,)
        if isinstance(case.walk, Nested):
            walks = (case.walk.outer, case.walk.inner)
        for walk in walks:
            yield from _cursor(it, walk)


def _cursor(it: Spec, walk: Walk) -> Iterable[tuple[str, str]]:
    """The fields of one walk."""
    match walk:
        case Repeat():
            return ()
        case FromTo():
            return ((walk.name, pointee(it)), (walk.end, pointee(it)))
        case Index():
            return ((walk.name, pointee(it)),)
        case Native():
            return ((walk.name, walk.type),)
        case Linked():
            return ()
    ctype = pointee(it) if it.lifetime in IN_STATE else getattr(walk, "type", "") or it.element
    places = walk.places(it.lifetime == "held") if isinstance(walk, Source) else ()
    return ((walk.name, ctype), *((place.name, place.type) for place in places))


def _started(it: Spec) -> dict[str, str]:
    rings = (c.walk.outer if isinstance(c.walk, Nested) else c.walk for c in it.cases if start_of(c.walk))
    return {start_field(it): getattr(ring, "type", "") or it.element for ring in rings}


def _words(fields: Iterable[Field]) -> int:
    """Fields come largest first, so no padding stands between them."""
    return -(-sum(field.size for field in fields) // WORD)


def _memory(it: Spec, resources: tuple[Taken, ...]) -> Memory | None:
    if not it.allocate:
        return None
    walk = it.cases[0].walk
    alone = not (resources or it.fields or any(_kept(it)) or it.select)
    if isinstance(walk, Native) and alone and len(it.cases) == 1:
        return Memory(walk.name, walk.type)
    tag = f"bpf_iter_{it.name}_kern_data"
    return Memory("data", f"struct {tag}", tag)
