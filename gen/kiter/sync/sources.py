# SPDX-License-Identifier: GPL-2.0-only
"""An iterator as the sources of a kernel have it: its C, its ids, its declarations, its comments.

Beside the aspects that BTF shows there are those that only sources have: the values that new()
accepts, what programs are told of it in a header, and which arguments its kernel-doc describes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from kiter.btf.types import Struct
from kiter.csource import iter_targets
from kiter.csource.function import Function
from kiter.csource.parse import LARGEST
from kiter.csource.source import Source
from kiter.errors import environment
from kiter.sync.aspect import About, Aspect
from kiter.sync.codes import CODES
from kiter.sync.interface import (
    NO_OPTION,
    Aspects,
    accepted,
    described,
    explicit,
    flags_text,
    layout,
    prototype,
    signature,
)
from kiter.tree.options import chosen, option_at
from kiter.value_class import value_class

UAPI = "include/uapi/linux/bpf.h"
MOST = 1024  # of one kind in a file; a hook takes 256 kfuncs (BTF_KFUNC_SET_MAX_CNT)


@value_class
class Files:
    """Where an iterator's parts are, in paths of the tree; two may be the same.

    `state` is the header of the struct, "" where it stands beside the kfuncs.
    """

    kfuncs: str
    ids: tuple[str, ...]
    state: str
    declarations: str


@value_class
class Side:
    """The facts of one side, and where each stands."""

    aspects: Aspects
    places: Mapping[Aspect, str]


class Tree:
    """The sources: each file is read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, Source] = {}

    def file(self, path: str) -> Source:
        """A file of it, an empty one where there is none."""
        if path not in self._files:
            file = self.root / path
            self._files[path] = Source(path, _read(file) if file.is_file() else "")
        return self._files[path]

    def kfuncs(self, path: str) -> Mapping[str, Function]:
        """The kfuncs that a file defines."""
        found = ((name, one) for name, one in self.file(path).functions.items() if one.kfunc)
        return dict(islice(found, MOST))


def struct_home(tree: Tree, file: str, name: str) -> tuple[str, Struct | None]:
    """Where the struct of an iterator with kfuncs in `file` is, and the struct; "" and None for nowhere."""
    beside = file.rpartition(".")[0] + ".h"
    for path in (file, beside, UAPI):
        source, struct = tree.file(path), f"bpf_iter_{name}"
        if struct in source.text and struct in source.structs:
            return path, source.structs[struct].layout
    return "", None


def _read(file: Path) -> str:
    """The text; raises KiterError D14 for what is too long to be the sources of an iterator."""
    if file.stat().st_size > LARGEST:
        code = CODES["D14"]
        raise environment("D14", code.title, code.reason, code.hint, str(file))
    return file.read_text(encoding="utf-8", errors="replace")


def of(tree: Tree, name: str, files: Files, ours: Aspects) -> Side | None:
    """An iterator of a tree; None if it is not there. `ours` says which enumerators to look for."""
    there = any(_belongs(function, name) for function in tree.kfuncs(files.kfuncs))
    if not there and f"bpf_iter_{name}_new(" not in tree.file(files.kfuncs).code:
        return None
    found = list(_found(tree, name, files, ours))
    facts = {aspect: text for aspect, text, _ in found}
    return Side(Aspects(facts), {aspect: place for aspect, _, place in found})


Facts = Iterator[tuple[Aspect, str, str]]  # aspect, text, place


def _found(tree: Tree, name: str, files: Files, ours: Aspects) -> Facts:
    flags: dict[str, tuple[frozenset[str], str]] = {}
    for path in files.ids:
        for one in tree.file(path).ids[:MOST]:
            before = flags[one.name][0] if one.name in flags else frozenset()
            flags[one.name] = (before | one.flags, _place(path, one.first))
    for function in tree.kfuncs(files.kfuncs).values():
        given, place = flags.get(function.name, (frozenset(), ""))
        if _belongs(function.name, name) or _takes(function, name):
            yield from _of_kfunc(files.kfuncs, function, given)
            if function.labels and function.name == f"bpf_iter_{name}_new":
                at = _place(files.kfuncs, function.item.start)
                values = (label for label in function.labels if label not in function.refused)
                yield Aspect(About.ACCEPTED, function.name), accepted(values), at
            yield from [(Aspect(About.FLAGS, function.name), flags_text(given), place)] if place else []
    yield from _options(tree, name, files)
    yield from _types_in(files.state or files.kfuncs, tree, name)
    yield from _enums_in(files.kfuncs, tree, ours)
    yield from _targets_in(files.kfuncs, tree, ours)
    yield from _declared(files.declarations, tree, name)


def _of_kfunc(path: str, function: Function, flags: frozenset[str]) -> Facts:
    kfunc = Aspect(About.KFUNC, function.name)
    yield kfunc, prototype(explicit(function.prototype, flags)), _place(path, function.item.start)
    if (doc := function.doc) is not None:
        yield Aspect(About.DOCUMENTED, function.name), described(doc.parameters), _place(path, doc.row)


def _targets_in(path: str, tree: Tree, ours: Aspects) -> Facts:
    for one in iter_targets.read(tree.file(path).code):
        if one.name in ours.targets:
            yield Aspect(About.TARGET, one.name), ", ".join(one.context), path


def _options(tree: Tree, name: str, files: Files) -> Facts:
    """The option that new() depends on, and that of its id where this stands in another file."""
    new = f"bpf_iter_{name}_new"
    if (function := tree.kfuncs(files.kfuncs).get(new)) is not None:
        row = function.item.start
        if (option := option_at(tree, files.kfuncs, row)) is not None:
            yield Aspect(About.OPTION, new), option or NO_OPTION, _place(files.kfuncs, row)
    for path in files.ids:
        for one in tree.file(path).ids:
            if one.name == new and path != files.kfuncs:
                options = tree.file(path).conditionals.options[one.first]
                asked = chosen(options) or NO_OPTION
                yield Aspect(About.ID_OPTION, new), asked, _place(path, one.first)


def _types_in(path: str, tree: Tree, name: str) -> Facts:
    struct = f"bpf_iter_{name}"
    found = tree.file(path).structs.get(struct) if struct in tree.file(path).text else None
    if found is not None:
        yield Aspect(About.STRUCT, struct), layout(found.layout), _place(path, found.item.start)


def _enums_in(path: str, tree: Tree, ours: Aspects) -> Facts:
    """The enums that hold an enumerator which the spec defines."""
    defined = {aspect.name for aspect in ours.facts if aspect.about is About.ENUMERATOR}
    for enum in tree.file(path).enums[:MOST]:
        if enum.values.keys() & defined:
            place = _place(path, enum.item.start)
            yield from (
                (Aspect(About.ENUMERATOR, key), str(value), place) for key, value in enum.values.items()
            )


def _declared(path: str, tree: Tree, name: str) -> Facts:
    if f"bpf_iter_{name}_" in tree.file(path).text:
        for function in tree.file(path).prototypes.values():
            if _belongs(function.name, name):
                place = _place(path, function.item.start)
                yield Aspect(About.DECLARED, function.name), signature(function.prototype), place


def _belongs(function: str, name: str) -> bool:
    return function in {f"bpf_iter_{name}_{what}" for what in ("new", "next", "destroy")}


def _takes(function: Function, name: str) -> bool:
    handle = f"struct bpf_iter_{name} *"
    return any(parameter.type == handle for parameter in function.prototype.parameters)


def _place(path: str, row: int) -> str:
    return f"{path}:{row + 1}"
