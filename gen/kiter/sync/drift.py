# SPDX-License-Identifier: GPL-2.0-only
"""One iterator beside everything that there is of it: BTF and sources together, each difference told once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kiter.btf.reader import Btf
from kiter.errors import Diagnostic
from kiter.lower import names
from kiter.lower.context import LoweringContext, lowering_context
from kiter.lower.interface import interface
from kiter.lower.kernel import btf_ids, declarations
from kiter.spec import model
from kiter.sync import known, sources
from kiter.sync.aspect import About, Aspect
from kiter.sync.codes import CODES
from kiter.sync.compare import Comparison, Difference, compare, compare_sources
from kiter.sync.interface import NO_OPTION, Aspects, specified
from kiter.sync.known import Known
from kiter.sync.sources import Files, Tree
from kiter.target.profile import Profile, nearest
from kiter.value_class import value_class

IN_BTF = "the kernel's BTF"
CODE_OF = {
    About.KFUNC: "D01",
    About.FLAGS: "D02",
    About.STRUCT: "D03",
    About.ENUMERATOR: "D04",
    About.TARGET: "D18",
    About.DECLARED: "D06",
    About.ACCEPTED: "D07",
    About.DOCUMENTED: "D08",
    About.OPTION: "D16",
    About.ID_OPTION: "D16",
}


@value_class
class Beside:
    """The comparison with one side; `places` say where its facts stand, `default` where the others do."""

    result: Comparison
    places: Mapping[Aspect, str]
    default: str

    def place(self, aspect: Aspect) -> str:
        """Where an aspect stands, or where it is missing."""
        return self.places.get(aspect, self.default)


@value_class
class Drift:
    """All that was compared of one iterator."""

    it: model.Spec
    sides: tuple[Beside, ...]

    @property
    def differences(self) -> Mapping[Difference, tuple[str, ...]]:
        """Each difference once, with the places of all sides that agree on it."""
        found: dict[Difference, list[str]] = {}
        for side in self.sides:
            for difference in side.result.differences:
                found.setdefault(difference, []).append(side.place(difference.aspect))
        return {difference: tuple(places) for difference, places in found.items()}

    @property
    def gone(self) -> tuple[Known, ...]:
        """Known differences that are no more on any side that could show them."""
        every = [] if self.it.by_hand else [entry for side in self.sides for entry in side.result.gone]
        return tuple(entry for at, entry in enumerate(every) if entry not in every[:at])

    @property
    def undocumented(self) -> bool:
        """Whether the sources have no kernel-doc on new()."""
        new = Aspect(About.DOCUMENTED, names.function(self.it, "new"))
        return any(side.default != IN_BTF and new not in side.places for side in self.sides)


def of(it: model.Spec, target: Profile, types: Btf | None, tree: Tree | None) -> Drift | None:
    """An iterator beside a kernel's types and a tree; None if neither has it."""
    made = lowering_context(it, target)
    ours = specified(interface(made))
    sides = []
    if types and (found := compare(it.name, ours, listed_for(target), types, known.interfaces())):
        sides.append(Beside(found, {}, IN_BTF))
    if tree and (side := _of_tree(made, ours, tree)):
        sides.append(side)
    return Drift(it, tuple(sides)) if sides else None


def _of_tree(made: LoweringContext, ours: Aspects, tree: Tree) -> Beside | None:
    it = made.it
    ids = {btf_ids.home(made), it.source_file}
    files = Files(it.source_file, tuple(sorted(ids)), it.place.header, declarations.home(made))
    side = sources.of(tree, it.name, files, ours)
    if side is None:
        return None
    ours = replace(ours, facts={**ours.facts, **_options(it)})
    result = compare_sources(it.name, ours, side, listed_for(made.profile), known.interfaces())
    missing = {Aspect(About.DECLARED, name): files.declarations for name in _trio(it)}
    missing |= {Aspect(About.FLAGS, name): btf_ids.home(made) for name in _trio(it)}
    return Beside(result, missing | dict(side.places), files.kfuncs)


def listed_for(target: Profile) -> str:
    """The release by which known.toml lists what differs in a kernel: that of the nearest profile."""
    return nearest(target.release).release


def _options(it: model.Spec) -> Mapping[Aspect, str]:
    """What new() and its id depend on: in a set of the file itself the id needs no guard of its own."""
    new = names.function(it, "new")
    of_id = it.guard if not it.place.join else ""
    return {
        Aspect(About.OPTION, new): it.guard or NO_OPTION,
        Aspect(About.ID_OPTION, new): of_id or NO_OPTION,
    }


def _trio(it: model.Spec) -> Iterator[str]:
    return (names.function(it, what) for what in ("new", "next", "destroy"))


def diagnostics(drift: Drift) -> Iterator[Diagnostic]:
    """What is to fix, at the spec's line."""
    place = drift.it.node["iterator"]
    for found, places in drift.differences.items():
        if found.reason:
            continue
        code = CODES[CODE_OF[found.aspect.about]]
        sides = [f" spec: {found.ours or 'none'}", *(f" {at}: {found.theirs or 'none'}" for at in places)]
        message = f"{_called(found)} of {drift.it.name}: {_how(found)}"
        yield place.finding(code.code, message, "\n".join((code.reason, *sides)), code.hint)
    for gone in drift.gone:
        code = CODES["D05"]
        message = f"{code.title}: {gone.aspect.spelled} of {drift.it.name}"
        yield place.finding("D05", message, f"{code.reason}\n The entry says: {gone.reason}", code.hint)


def _called(found: Difference) -> str:
    return f"{found.aspect.name}()" if found.aspect.about is About.KFUNC else found.aspect.spelled


def _how(found: Difference) -> str:
    if not found.ours:
        return "only the kernel has it"
    return "not as in the kernel" if found.theirs else "the kernel lacks it"
