# SPDX-License-Identifier: GPL-2.0-only
"""The sets of kfuncs that the sources of a kernel register, and the types of programs that get each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kiter.regex import regex
from kiter.tree.survey import DEFINES, REGISTERS, Survey
from kiter.tree.texts import Place, Texts
from kiter.value_class import value_class

_NEW = regex(r"^__bpf_kfunc\b[^;{]*\bbpf_iter_\w+_new\(", re.MULTILINE)
ANY, ALL = "any", "UNSPEC"
# their filter, scx_kfunc_context_filter(), lets all in
_OPEN = frozenset({"scx_kfunc_ids_any", "scx_kfunc_ids_idle"})
_TESTS = "tools/testing/selftests/bpf/prog_tests/"


@value_class
class Set:
    """One set: its name, what is in it, the types of programs, and where it is."""

    name: str
    members: frozenset[str]
    types: frozenset[str]
    filtered: bool
    place: Place


@value_class
class Registrations:
    """All sets that are registered."""

    sets: tuple[Set, ...]

    @property
    def types(self) -> Mapping[str, Sequence[str]]:
        """The types of each set."""
        return {one.name: sorted(one.types) for one in sorted(self.sets, key=lambda one: one.name)}

    @property
    def filtered(self) -> tuple[str, ...]:
        """Those with a filter that refuses some programs."""
        return tuple(one.name for one in self.sets if one.filtered and one.name not in _OPEN)

    @property
    def place(self) -> Place | None:
        """Where the first of them is."""
        return self.sets[0].place if self.sets else None

    def holding(self, function: str) -> Set | None:
        """The set of all programs that has a kfunc."""
        return next((one for one in self.sets if function in one.members and ANY in one.types), None)


def of(texts: Texts, found: Survey) -> Registrations:
    """All that files of a tree register."""
    files = (path for path in found.files(REGISTERS) if not path.startswith(_TESTS))
    return Registrations(tuple(one for path in files for one in _of_file(texts, path)))


def _of_file(texts: Texts, path: str) -> Iterator[Set]:
    file = texts.file(path)
    members = {one.name: (frozenset(i.name for i in one.ids), one.first) for one in file.id_sets}
    registered = file.registrations
    for name in dict.fromkeys(one.ids for one in registered):
        own = [one for one in registered if one.ids == name]
        inside, row = members.get(name, (frozenset[str](), 0))
        types = frozenset(ANY if kind == ALL else kind.lower() for one in own for kind in one.types)
        yield Set(name, inside, types, any(one.filtered for one in own), Place(path, row + 1))


def homes(texts: Texts, found: Survey) -> tuple[str, ...]:
    """The files with the kfuncs of iterators."""
    return tuple(path for path in found.files(DEFINES) if _NEW.search(texts.file(path).code))
