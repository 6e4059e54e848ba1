# SPDX-License-Identifier: GPL-2.0-only
"""An iterator as the sources of a kernel have it: its C, its ids, its declarations, its comments.

Beside the aspects that BTF shows there are those that only sources have: the values that new()
accepts, what programs are told of it in a header, and which arguments its kernel-doc describes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from kiter.btf.types import Function
from kiter.errors import environment
from kiter.sync import clike
from kiter.sync.codes import CODES
from kiter.sync.interface import (
    ACCEPTED,
    DECLARED,
    DOCUMENTED,
    FLAGS_OF,
    Aspects,
    accepted,
    described,
    explicit,
    flags_text,
    layout,
    prototype,
    signature,
)

T = TypeVar("T")
LARGEST = 4 << 20  # bytes; what is read here of Linux 7.3 has 0.4 MB at most
MOST = 1024  # of one kind in a file; a hook takes 256 kfuncs (BTF_KFUNC_SET_MAX_CNT)


@dataclass(frozen=True, slots=True)
class Files:
    """Where an iterator's parts are, in paths of the tree; two may be the same.

    `state` is the header of the struct, "" where it stands beside the kfuncs.
    """

    kfuncs: str
    ids: tuple[str, ...]
    state: str
    declarations: str


@dataclass(frozen=True, slots=True)
class Side:
    """The facts of one side, and where each stands."""

    aspects: Aspects
    places: Mapping[str, str]


class Tree:
    """The sources: each file is read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[str, tuple[str, str]] = {}
        self._parts: dict[tuple[str, Callable[[str], Iterator[Any]]], tuple[Any, ...]] = {}

    def text(self, path: str) -> tuple[str, str]:
        """A file as it is and without comments, both "" where there is none."""
        if path not in self._texts:
            file = self.root / path
            text = _read(file) if file.is_file() else ""
            self._texts[path] = (text, clike.masked(text))
        return self._texts[path]

    def all(self, path: str, find: Callable[[str], Iterator[T]]) -> tuple[T, ...]:
        """What a function of clike finds in a file without comments, looked for once."""
        if (path, find) not in self._parts:
            self._parts[path, find] = tuple(islice(find(self.text(path)[1]), MOST))
        return self._parts[path, find]


def _read(file: Path) -> str:
    """The text; raises KiterError D14 for what is too long to be the sources of an iterator."""
    if file.stat().st_size > LARGEST:
        code = CODES["D14"]
        raise environment("D14", code.title, code.reason, code.hint, str(file))
    return file.read_text(encoding="utf-8", errors="replace")


def of(tree: Tree, name: str, files: Files, ours: Aspects) -> Side | None:
    """An iterator of a tree; None if it is not there. `ours` says which enumerators to look for."""
    there = any(_belongs(function.name, name) for function, _ in tree.all(files.kfuncs, clike.kfuncs))
    if not there and f"bpf_iter_{name}_new(" not in tree.text(files.kfuncs)[1]:
        return None
    found = list(_found(tree, name, files, ours))
    facts = {aspect: text for aspect, text, _ in found}
    return Side(Aspects(facts), {aspect: place for aspect, _, place in found})


Facts = Iterator[tuple[str, str, str]]  # aspect, text, place


def _found(tree: Tree, name: str, files: Files, ours: Aspects) -> Facts:
    text, code = tree.text(files.kfuncs)
    flags: dict[str, tuple[frozenset[str], str, int]] = {}
    for path in files.ids:
        for function, given, at in tree.all(path, clike.ids):
            before = flags[function][0] if function in flags else frozenset()
            flags[function] = (before | given, path, at)
    given_flags = {f: given for f, (given, *_) in flags.items()}
    for aspect, said, at in _of_kfuncs(text, code, name, given_flags, tree.all(files.kfuncs, clike.kfuncs)):
        yield aspect, said, _place(files.kfuncs, code, at)
        if aspect in flags:
            given, path, row = flags[aspect]
            yield f"{FLAGS_OF}{aspect}", flags_text(given), _place(path, tree.text(path)[1], row)
    yield from _types_in(files.state or files.kfuncs, tree, name)
    yield from _enums_in(files.kfuncs, tree, ours)
    header = tree.text(files.declarations)[1]
    for aspect, said, at in _declared(tree.all(files.declarations, clike.declared), name):
        yield aspect, said, _place(files.declarations, header, at)


def _types_in(path: str, tree: Tree, name: str) -> Facts:
    code = tree.text(path)[1]
    for struct, at in tree.all(path, clike.structs):
        if struct.name == f"bpf_iter_{name}":
            yield f"struct {struct.name}", layout(struct), _place(path, code, at)


def _enums_in(path: str, tree: Tree, ours: Aspects) -> Facts:
    """The enums that hold an enumerator which the spec defines."""
    code = tree.text(path)[1]
    for values, at in tree.all(path, clike.enums):
        if values.keys() & ours.facts.keys():
            yield from ((key, str(value), _place(path, code, at)) for key, value in values.items())


def _of_kfuncs(
    text: str,
    code: str,
    name: str,
    flags: Mapping[str, frozenset[str]],
    kfuncs: Iterable[tuple[Function, int]],
) -> Iterator[tuple[str, str, int]]:
    handle = f"struct bpf_iter_{name} *"
    for function, at in {function.name: (function, at) for function, at in kfuncs}.values():
        if not _belongs(function.name, name) and not any(p.type == handle for p in function.parameters):
            continue
        yield function.name, prototype(explicit(function, flags.get(function.name, ()))), at
        if (names := clike.documented(text, at)) is not None:
            comment = text.rindex(clike.kernel_doc(text, at), 0, at)
            yield f"{DOCUMENTED}{function.name}", described(names), comment
        labels = clike.labels(clike.body(code, at)) if function.name == f"bpf_iter_{name}_new" else ()
        if labels:
            yield f"{ACCEPTED}{function.name}", accepted(labels), at


def _declared(declared: Iterable[tuple[Function, int]], name: str) -> Iterator[tuple[str, str, int]]:
    for function, at in declared:
        if _belongs(function.name, name):
            yield f"{DECLARED}{function.name}", signature(function), at


def _belongs(function: str, name: str) -> bool:
    return function in {f"bpf_iter_{name}_{what}" for what in ("new", "next", "destroy")}


def _place(path: str, code: str, at: int) -> str:
    return f"{path}:{clike.line(code, at)}"
