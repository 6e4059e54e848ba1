# SPDX-License-Identifier: GPL-2.0-only
"""How a walk finds the next element, and which it skips: what all frames of next() share.

A step finds the element behind `last` and leaves it, or NULL, in `to`, which may be the same; `start`
is what `last` is before the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from kiter.lower import names
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import locks
from kiter.lower.kernel.part import Part
from kiter.lower.view_class import view_class
from kiter.spec.expression import negated
from kiter.spec.snippet import Snippet
from kiter.spec.source import Source
from kiter.value_class import value_class

EACH = {True: "__hlist_for_each_rcu", False: "hlist_for_each"}  # include/linux/rculist.h, list.h


@value_class
class Value:
    """What new() stores in a field; `late` says that it reads another field, which must be there before."""

    c: str
    late: bool = False


@value_class
class Span:
    """From where to where a step goes."""

    to: str
    last: str
    start: str

    @property
    def fresh(self) -> str:
        """True before the first element."""
        return f"!{self.last}" if self.start == "NULL" else f"{self.last} == {self.start}"

    @property
    def begun(self) -> str:
        """True from the first element on."""
        return self.last if self.start == "NULL" else f"{self.last} != {self.start}"


@view_class()
class Step:
    """The step of one walk: the variables it wants, by name, and whether it keeps the live field itself."""

    part: Part
    variables: Mapping[str, str] = field(default_factory=dict)
    ends: bool = False


# --- templates/kernel/source/, and what stands round a step -------------------------------------------


@view_class()
class SourceStep:
    """The step in a source.

    template: of its kind, and of how it is read
    to: where the element goes, as in Span
    last: the element before, likewise
    fresh: true before the first one
    begun: true from the first one on
    type: of the struct that the elements are
    member: what links them
    place: the field with where the walk is, "" for none
    passed: that with how far it is in a bucket, likewise
    c: C of its own, by its key
    found_key: the key of the element in the variable `found`, "" where there are no keys
    entry: the variable with an element that is looked at
    found: that with the one that the step finds
    each: the macro that goes along a bucket
    """

    template: str
    to: str
    last: str
    fresh: str
    begun: str
    type: str
    member: str
    place: str
    passed: str
    c: Mapping[str, str]
    found_key: str
    entry: str
    found: str
    each: str


@view_class()
class Begin:
    """The step of an inner walk, which finds its place anew."""

    template: ClassVar = "kernel/source/begin.c.j2"
    fresh: str
    place: str
    begins: str
    step: Part


@view_class()
class Wanted:
    """A step that is made again over what the walk does not stop at."""

    template: ClassVar = "kernel/walk/wanted.c.j2"
    step: Part
    again: str


# --- which of them, and with what --------------------------------------------------------------------


def start(ctx: LoweringContext) -> str:
    """What the cursor is before the first step."""
    begun = ctx.it.lifetime == "held" or ctx.state.liveness.cursor
    return names.start(ctx.it) if begun else "NULL"


def begins(ctx: LoweringContext, walk: Source, inner: bool = False) -> dict[str, Value]:
    """What the fields are set to that say where a walk is: by new(), or before an inner walk."""
    spelled = ctx.scope.next if inner else ctx.scope.new
    given = {key: spelled(text) if (text := walk.text(key)) else c for key, c in walk.of.defaults.items()}
    places = walk.places(ctx.it.lifetime == "held")
    return {place.name: Value(given.get(place.begins, place.begins)) for place in places if place.begins}


def step(ctx: LoweringContext, walk: Source, span: Span) -> Step:
    """The step in a source."""
    way = _way(ctx, walk)
    places = [ctx.scope.field(place.name) for place in walk.places(ctx.it.lifetime == "held")]
    texts = {one.key: ctx.scope.next(one.c) for one in walk.texts}
    key = walk.text("key")
    entry, found = walk.local("entry"), walk.local("found")
    keys = [ctx.scope.next(key, **{walk.name: local}) for local in (entry, found)] if key else ["", ""]
    part = SourceStep(
        template=f"kernel/source/{walk.kind}{f'_{way}' if way else ''}.c.j2",
        to=span.to,
        last=span.last,
        fresh=span.fresh,
        begun=span.begun,
        type=(walk.type or ctx.it.element).rstrip(" *"),
        member=walk.member,
        place=places[0] if places else "",
        passed=places[-1] if places else "",
        c={**walk.of.defaults, **texts, "key": keys[0]},
        found_key=keys[1],
        entry=entry,
        found=found,
        each=EACH[locks.lockless(ctx)],
    )
    return Step(part, walk.variables(way, ctx.it.element))


def inner(ctx: LoweringContext, walk: Source, span: Span) -> Step:
    """The step of an inner walk."""
    made = step(ctx, walk, span)
    for name, value in begins(ctx, walk, inner=True).items():
        part = Begin(span.fresh, ctx.scope.field(name), value.c, made.part)
        made = Step(part, made.variables)
    return made


def wanted(part: Part, to: str, conditions: tuple[str, ...]) -> Part:
    """The step, made again until its element meets all conditions; the step itself where there are none."""
    if not conditions:
        return part
    missed = unmet(conditions)
    return Wanted(part, f"{to} && ({missed})" if conditions[1:] else f"{to} && {missed}")


def unmet(conditions: tuple[str, ...]) -> str:
    """True where one of the conditions does not hold."""
    return " || ".join(negated(one) for one in conditions)


def conditions(ctx: LoweringContext, walk: object, to: str) -> tuple[str, ...]:
    """What an element in `to` must meet, in C."""
    found: list[str] = []
    if isinstance(walk, Source) and "values" in walk.switches:
        found.append(f"!xa_is_value({to})")
    where: Snippet | None = getattr(walk, "where", None)
    if where is not None:
        found.append(ctx.scope.next(where, **{getattr(walk, "name", "pos"): to}))
    return tuple(found)


def goes_alone(ctx: LoweringContext, walk: Source) -> bool:
    """Whether a step goes by its place alone, and does not look at the element before."""
    return _way(ctx, walk) in walk.of.alone


def _way(ctx: LoweringContext, walk: Source) -> str:
    return walk.way(rcu=locks.lockless(ctx), held=ctx.it.lifetime == "held")
