# SPDX-License-Identifier: GPL-2.0-only
"""The skeleton of an iterator that stands in the sources of a kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from kiter.adopt import skeleton
from kiter.adopt.skeleton import Argument, Skeleton, Value
from kiter.btf.types import Struct
from kiter.cache.store import Cache
from kiter.csource import iter_targets
from kiter.csource.function import Function, text_of
from kiter.csource.nodes import named, text
from kiter.errors import environment
from kiter.spec.model import NO_HEADER
from kiter.sync.codes import CODES
from kiter.sync.sources import UAPI, Tree, struct_home
from kiter.target.profile import Profile
from kiter.tree import registrations
from kiter.tree.survey import DEFINES, SECTION, surveyed
from kiter.tree.texts import Texts

LIBBPF = "tools/lib/bpf/bpf_helpers.h"
SCHEDULERS = "tools/sched_ext/include/scx/common.bpf.h"  # schedulers include no other


def read(root: Path, release: str, profile: Profile, name: str) -> Skeleton | None:
    """The iterator of that name in the sources of a kernel or of a module; None if they have none."""
    tree = Tree(root)
    file = _find(tree, f"bpf_iter_{name}_new")
    return _Reader(tree, release, profile, name, file).read() if file else None


def _find(tree: Tree, function: str) -> str:
    """The file that defines a function, as a path of the tree."""
    for path in surveyed(tree.root, Cache()).files(DEFINES):
        if f"{function}(" in tree.file(path).text and function in tree.file(path).functions:
            return path
    return ""


class _Reader:
    """One iterator: its file, without comments too, its functions by name, and their flags."""

    def __init__(self, tree: Tree, release: str, profile: Profile, name: str, file: str) -> None:
        self.tree, self.name, self.file = tree, name, file
        self.release, self.profile = release, profile
        self.source = tree.file(file)
        self.functions = tree.kfuncs(file)
        paths = (self.profile.common_file, file)
        self.ids = {one.name: one.flags for path in paths for one in tree.file(path).ids}

    def read(self) -> Skeleton:
        new, following = self._function("new"), self._function("next")
        header, struct = self._struct()
        flags = self.ids.get(new.name, frozenset())
        flag, values = self._values(new)
        return Skeleton(
            name=self.name,
            release=self.release,
            summary=self._summary(new),
            file=self.file,
            guard=self._guard(new),
            declarations=self._declarations(),
            header=header,
            open=not skeleton.opaque(struct),
            joins=self._set(new),
            programs=self._programs(self._set(new)),
            element=following.prototype.returns,
            lifetime=skeleton.lifetime(following.prototype.returns, flags),
            context=skeleton.context(flags, self.release),
            arguments=tuple(self._arguments(new, flags, flag if values else "")),
            flags=flag,
            values=values,
            words=skeleton.size(struct),
            fields=tuple(
                f for f in skeleton.fields(struct) if f.name not in {p.name for p in new.prototype.parameters}
            ),
            next=tuple(self._next(following)),
            companions=tuple(self._companions()),
            target=self._target(),
        )

    def _called(self, what: str) -> str:
        return f"bpf_iter_{self.name}_{what}"

    def _function(self, what: str) -> Function:
        """One of the kfuncs; raises KiterError D14 where it is not defined as kfuncs are."""
        name = self._called(what)
        if name in self.functions and (what != "new" or self.functions[name].parameters):
            return self.functions[name]
        code = CODES["D14"]
        message = f"{code.title}: no __bpf_kfunc {name}()"
        raise environment("D14", message, code.reason, code.hint, self.file)

    def _summary(self, new: Function) -> str:
        said = new.doc.summary.rstrip(".") if new.doc else ""
        return _begun_small(said or f"walk over what {self._called('next')}() gives")

    def _docs(self, function: Function) -> dict[str, str]:
        said = function.doc.parameters.items() if function.doc else ()
        return {name: _begun_small(text.rstrip(".")) for name, text in said}

    def _guard(self, new: Function) -> str:
        if self.file in self.profile.guarded:
            return self.profile.guarded[self.file]
        around = self.source.conditionals.around(new.item.start)
        return next((option for one in around for option in one.options), "")

    def _declarations(self) -> str:
        """The header that declares it, "" for the usual one, NO_HEADER where there is none."""
        schedulers = (SCHEDULERS,) if self.file.startswith("kernel/sched/") else ()
        for path in (self.profile.experimental, LIBBPF, *schedulers):
            file, new = self.tree.file(path), self._called("new")
            if new in file.text and new in file.prototypes:
                return "" if path == self.profile.experimental else path
        return NO_HEADER

    def _struct(self) -> tuple[str, Struct | None]:
        """The header that has the struct, "" if it stands beside the kfuncs, and the struct."""
        path, struct = struct_home(self.tree, self.file, self.name)
        return ("" if path == self.file else path), struct

    def _set(self, new: Function) -> str:
        """The set of ids that it joins, "" for the common one."""
        sets = self._sets(new.name)
        return "" if self.profile.common_set in sets else next(iter(sets), "")

    def _programs(self, joined: str) -> tuple[str, ...]:
        """The types that the set is registered for in these sources, none for all."""
        found = registrations.of(Texts(self.tree.root), surveyed(self.tree.root, Cache())).types
        return tuple(kind for kind in found.get(joined, ()) if kind != registrations.ANY)

    def _sets(self, function: str) -> list[str]:
        return [name for name, members in self._members if function in members]

    @cached_property
    def _members(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """All sets of ids with the functions in them."""
        paths = dict.fromkeys((self.profile.common_file, self.file))
        every = (one for path in paths for one in self.tree.file(path).id_sets)
        return tuple((one.name, frozenset(entry.name for entry in one.ids)) for one in every)

    # --- flags -----------------------------------------------------------------------------------

    def _arguments(self, new: Function, flags: frozenset[str], flag: str) -> Iterator[Argument]:
        docs = self._docs(new)
        shown = {field.name for field in skeleton.fields(self._struct()[1])}
        for parameter in new.prototype.parameters[1:]:
            more = self._enum(new) if parameter.name == flag else ()
            more += (("keep", "copy"),) if parameter.name in shown else ()
            yield skeleton.argument(parameter, flags, self.release, docs, more)

    def _labels(self, new: Function) -> tuple[str, tuple[str, ...]]:
        """What new() switches over, and the labels."""
        asked = (text(named(one, "condition")) for one in new.all("switch_statement"))
        words = (condition.strip("()") for condition in asked)
        select = next((word for word in words if word.isidentifier()), "")
        return select, new.labels if select else ()

    def _values(self, new: Function) -> tuple[str, tuple[Value, ...]]:
        """The flag argument and what it may be, in the order of the enum where that is here."""
        select, labels = self._labels(new)
        if any(not label.isidentifier() for label in labels):
            return select, tuple(Value(label, "", _words(label)) for label in labels)
        here = self._enum_here(labels)
        order = sorted(labels, key=list(here).index) if here else self._written(new, labels)
        counting = list(here.values()) == list(range(len(here)))
        numbers = {label: "" if counting else str(here[label]) for label in labels} if here else {}
        return select, tuple(Value(label, numbers.get(label, ""), _words(label)) for label in order)

    def _written(self, new: Function, labels: Iterable[str]) -> list[str]:
        return sorted(labels, key=text_of(new.body, new.data).index)

    def _enum_here(self, labels: Iterable[str]) -> dict[str, int]:
        """The enum of the file that has just these values."""
        found = (enum.values for enum in self.source.enums if enum.values.keys() == {*labels})
        return next(found, {})

    def _enum(self, new: Function) -> tuple[tuple[str, str], ...]:
        """Whether the enum is brought along, or which of the kernel's it is."""
        labels = {*self._labels(new)[1]}
        for path, key in ((self.file, "defines"), (UAPI, "enum")):
            file = self.tree.file(path)
            for enum in file.enums if all(label in file.text for label in labels) else ():
                if labels <= enum.values.keys() and (key == "defines" or enum.name):
                    return ((key, f"enum {enum.name}".strip() if key == "defines" else enum.name),)
        return ()

    # --- code ------------------------------------------------------------------------------------

    def _next(self, function: Function) -> Iterator[str]:
        """The lines of next(), in the sources' own words."""
        for line in text_of(function.body, function.data)[1:-1].strip("\n").splitlines():
            yield line.removeprefix("\t").rstrip()

    def _companions(self) -> Iterator[skeleton.Companion]:
        handle = f"struct bpf_iter_{self.name} *"
        trio = {self._called(what) for what in ("new", "next", "destroy")}
        for function in self.functions.values():
            given = function.prototype.parameters
            takes = any(parameter.type == handle for parameter in given)
            if takes and function.name not in trio and len(given) <= skeleton.MOST + 1:
                sets = [name for name in self._sets(function.name) if name != self._set_of_new()]
                flags = self.ids.get(function.name, frozenset())
                yield skeleton.companion(function.prototype, handle, flags, sets)

    def _target(self) -> tuple[str, ...]:
        """The context of SEC("iter/...") of the same name, wherever that stands."""
        files = (self.tree.file(path) for path in surveyed(self.tree.root, Cache()).files(SECTION))
        found = (one for file in files for one in iter_targets.read(file.code))
        return next((one.context for one in found if one.name == self.name), ())

    def _set_of_new(self) -> str:
        return self._set(self._function("new"))


def _begun_small(text: str) -> str:
    """As the texts of specs begin; a word such as DSQ stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _words(label: str) -> str:
    """A value's name as words, for somebody to say better."""
    return f"what {label} says" if label.isidentifier() else f"with {label}"
