# SPDX-License-Identifier: GPL-2.0-only
"""The iterators that a kernel has, with a spec or without: as its BTF or its sources show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from kiter.btf import flags as bits
from kiter.btf.reader import Btf
from kiter.btf.types import Function
from kiter.cache.store import Cache
from kiter.csource import iter_targets
from kiter.csource.id_sets import Id
from kiter.interface import Kfunc
from kiter.sync import interface, soundness
from kiter.sync.sources import Tree, struct_home
from kiter.target.profile import Profile
from kiter.tree.survey import DEFINES, ITERATOR, SECTION, Survey, surveyed
from kiter.value_class import value_class

_BEGIN, _NEW = "bpf_iter_", "_new"
_CONTEXT = "bpf_iter__"  # the struct that a program of SEC("iter/...") gets: include/linux/bpf.h
_META = "meta"


@value_class
class Offered:
    """One of a kernel, open-coded, a target of SEC("iter/..."), or both by one name."""

    name: str  # without bpf_iter_
    file: str  # where its kfuncs are, "" where BTF was read
    kfuncs: tuple[Kfunc, ...]  # new(), next(), destroy() as programs see them; none if not open-coded
    size: int  # the bytes of its struct, 0 where that is not known
    sets: tuple[str, ...]  # those of ids that it is in, as far as they have names
    programs: tuple[str, ...]  # the types that these are registered for, none where that is not known
    filtered: bool  # a filter of theirs may refuse some
    section: bool  # there is a SEC("iter/...") of the name
    context: tuple[str, ...]  # what such a program gets, behind its meta data

    @property
    def element(self) -> str:
        """What next() returns, "" where it is not known."""
        return next((k.prototype.returns for k in self.kfuncs if k.prototype.name.endswith("_next")), "")


@value_class
class Registered:
    """What a kernel says of the kfuncs of one iterator."""

    name: str
    file: str
    kfuncs: tuple[Kfunc, ...]
    size: int
    sets: tuple[str, ...]


def of_btf(types: Btf, profile: Profile) -> tuple[Offered, ...]:
    """All iterators in the file's own BTF, in the order of their names."""
    found = (_registered(types, name) for name in interface.offered(types))
    return _joined(found, dict(_contexts(types)), profile)


def _registered(types: Btf, name: str) -> Registered:
    known, shown = types.kfuncs(), soundness.of(types).shown
    functions = (f for one in interface.trio(name) if (f := types.function(one)))
    kfuncs = tuple(
        Kfunc(
            interface.explicit(function, [soundness.FLAG] * (function.name in shown)),
            bits.names(known.get(function.name, 0)),
            (),
        )
        for function in functions
    )
    sets = (group.name for group in types.id_sets if f"{_BEGIN}{name}{_NEW}" in types.members(group))
    struct = types.struct(f"{_BEGIN}{name}")
    return Registered(name, "", kfuncs, struct.size if struct else 0, tuple(sorted(filter(None, sets))))


def _contexts(types: Btf) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The targets of SEC("iter/...") in the file's own BTF: a function with a struct for its programs."""
    for function in sorted(types.functions()):
        name = function.removeprefix(_BEGIN)
        if name != function and types.struct(f"{_CONTEXT}{name}") and (found := types.function(function)):
            given = (p for p in found.parameters if p.name != _META)
            yield name, tuple(interface.declared(p.type, p.name) for p in given)


def of_tree(root: Path, profile: Profile) -> tuple[Offered, ...]:
    """All iterators in the sources of a kernel, or in those of a module."""
    return _Sources(Tree(root), surveyed(root, Cache())).read(profile)


def names(root: Path) -> tuple[str, ...]:
    """The names alone of the open-coded ones."""
    return tuple(_Sources(Tree(root), surveyed(root, Cache())).names)


class _Sources:
    """A tree in which iterators are looked for."""

    def __init__(self, tree: Tree, found: Survey) -> None:
        self._tree, self._found = tree, found

    def read(self, profile: Profile) -> tuple[Offered, ...]:
        """What there is, in the order of the names."""
        files = (self._tree.file(path) for path in self._found.files(SECTION))
        contexts = {one.name: one.context for file in files for one in iter_targets.read(file.code)}
        return _joined((self._one(name) for name in self.names), contexts, profile)

    @cached_property
    def _ids(self) -> Mapping[str, Id]:
        """The ids of all kfuncs of iterators, by name."""
        files = (self._tree.file(path) for path in self._found.files(ITERATOR))
        return {one.name: one for file in files for one in file.ids if one.iterator}

    @property
    def names(self) -> Sequence[str]:
        """Those of all open-coded iterators, in order."""
        news = (one.name for one in self._ids.values() if interface.NEW in one.flags)
        return sorted({name.removeprefix(_BEGIN).removesuffix(_NEW) for name in news})

    def _one(self, name: str) -> Registered:
        """An iterator whose ids are there; where its functions are not, no more is known of it."""
        file = self._file(f"{_BEGIN}{name}{_NEW}")
        defined = self._tree.kfuncs(file) if file else {}
        kfuncs = (self._kfunc(defined[one].prototype) for one in interface.trio(name) if one in defined)
        struct = struct_home(self._tree, file, name)[1] if file else None
        return Registered(name, file, tuple(kfuncs), struct.size if struct else 0, tuple(self._sets(name)))

    def _kfunc(self, prototype: Function) -> Kfunc:
        given = self._ids[prototype.name].flags if prototype.name in self._ids else frozenset[str]()
        return Kfunc(interface.explicit(prototype, given), interface.ordered(given), ())

    def _file(self, function: str) -> str:
        for path in self._found.files(DEFINES):
            if f"{function}(" in self._tree.file(path).text and function in self._tree.kfuncs(path):
                return path
        return ""

    def _sets(self, name: str) -> Iterator[str]:
        new = f"{_BEGIN}{name}{_NEW}"
        for path in self._found.files(ITERATOR):
            every = self._tree.file(path).id_sets
            yield from (one.name for one in every if new in {entry.name for entry in one.ids})


def _joined(
    found: Iterator[Registered], contexts: Mapping[str, tuple[str, ...]], profile: Profile
) -> tuple[Offered, ...]:
    """Both forms of a name as one."""
    each = {one.name: one for one in found}
    names = sorted(each.keys() | contexts.keys())
    nothing = Registered("", "", (), 0, ())
    return tuple(_whole(name, each.get(name, nothing), contexts, profile) for name in names)


def _whole(name: str, one: Registered, contexts: Mapping[str, tuple[str, ...]], profile: Profile) -> Offered:
    programs = {kind for group in one.sets for kind in profile.sets.get(group, ())}
    return Offered(
        name=name,
        file=one.file,
        kfuncs=one.kfuncs,
        size=one.size,
        sets=one.sets,
        programs=tuple(sorted(programs)),
        filtered=any(group in profile.filtered for group in one.sets),
        section=name in contexts,
        context=contexts.get(name, ()),
    )
