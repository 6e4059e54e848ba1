# SPDX-License-Identifier: GPL-2.0-only
"""An iterator as specified beside the one that a kernel has: what differs, and whether that is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from kiter.btf.reader import Btf
from kiter.sync import interface
from kiter.sync.aspect import About, Aspect
from kiter.sync.interface import ONLY, Aspects
from kiter.sync.known import Known
from kiter.sync.sources import Side
from kiter.value_class import value_class


@value_class
class Difference:
    """One aspect; "" is a side that lacks it. `reason` is why that is meant, "" if it is not known."""

    iterator: str
    aspect: Aspect
    ours: str
    theirs: str
    reason: str = ""


@value_class
class Comparison:
    """All differences of one iterator, and the known ones that are no more."""

    iterator: str
    differences: tuple[Difference, ...]
    gone: tuple[Known, ...]

    @property
    def drift(self) -> tuple[Difference, ...]:
        """What differs and is not meant to."""
        return tuple(d for d in self.differences if not d.reason)

    @property
    def known(self) -> tuple[Difference, ...]:
        """What differs and is meant to."""
        return tuple(d for d in self.differences if d.reason)


def compare(name: str, ours: Aspects, target: str, btf: Btf, listed: Iterable[Known]) -> Comparison | None:
    """An iterator as specified for a target beside a kernel's; None if that has none of the name.

    `listed` is what is meant to differ.
    """
    if not interface.has(btf, name):
        return None
    theirs = interface.of(btf, name, ours)
    skip = ONLY if btf.has_ids else ONLY | {About.FLAGS}
    mine = [k for k in listed if k.iterator == name and target in k.targets]
    return _judged(name, differing(name, ours, theirs), mine, lambda aspect: aspect.about not in skip)


def compare_sources(name: str, ours: Aspects, side: Side, target: str, listed: Iterable[Known]) -> Comparison:
    """An iterator as specified beside that of a tree.

    The values of enumerators from elsewhere are not looked up, and kernel-doc that is not there
    describes nothing wrong.
    """

    def seen(aspect: Aspect) -> bool:
        if aspect.about in (About.ENUMERATOR, About.DOCUMENTED):
            return aspect in side.aspects.facts
        both = {*ours.facts} & {*side.aspects.facts}
        return aspect.about not in (About.ACCEPTED, About.OPTION, About.ID_OPTION) or aspect in both

    mine = [k for k in listed if k.iterator == name and target in k.targets]
    return _judged(name, differing(name, ours, side.aspects), mine, seen)


def _judged(
    name: str, differences: Iterable[Difference], listed: Iterable[Known], seen: Callable[[Aspect], bool]
) -> Comparison:
    """What differs in the aspects that are `seen`, and what the list says of them."""
    found = {d.aspect: d for d in differences if seen(d.aspect)}
    mine = [k for k in listed if seen(k.aspect)]
    met = [k for k in mine if found.get(k.aspect) == Difference(name, k.aspect, k.ours, k.theirs)]
    meant = {k.aspect: replace(found[k.aspect], reason=k.reason) for k in met}
    return Comparison(name, tuple((found | meant).values()), tuple(k for k in mine if k not in met))


def differing(name: str, ours: Aspects, theirs: Aspects) -> Iterator[Difference]:
    """Every aspect that differs, none of them known yet."""
    uses = (Aspect(About.ENUMERATOR, use) for use in ours.uses)
    mine = {use: theirs.facts.get(use, "accepted") for use in uses} | dict(ours.facts)
    for aspect in sorted(mine.keys() | theirs.facts.keys(), key=lambda aspect: aspect.spelled):
        found = Difference(name, aspect, mine.get(aspect, ""), theirs.facts.get(aspect, ""))
        if found.ours != found.theirs:
            yield found
