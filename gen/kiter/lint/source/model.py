# SPDX-License-Identifier: GPL-2.0-only
"""Iterators in C files: the three kfuncs, the two structs, and the BTF ids."""

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from kiter.codes import CODES
from kiter.csource import seq_operations
from kiter.csource.function import Function
from kiter.csource.id_sets import Id
from kiter.csource.parse import LARGEST
from kiter.csource.source import Source
from kiter.csource.struct import Struct
from kiter.errors import Position, environment
from kiter.flow.lifecycle import Life, Subject, live
from kiter.flow.program import Code, Program, content
from kiter.regex import regex
from kiter.target.profile import Profile
from kiter.value_class import value_class

NAMED = regex(r"bpf_iter_\w+_(?:new|next|destroy)\b")
NEW = regex(r"bpf_iter_(\w+)_new")


@value_class(eq=False)
class Registered:
    """One BTF_ID_FLAGS() line of a file."""

    source: Source
    id: Id

    @property
    def flags(self) -> frozenset[str]:
        """The flags that the kfunc has there."""
        return self.id.flags

    @property
    def options(self) -> frozenset[str]:
        """The kernel options that are asked for around it."""
        return self.source.conditionals.options[self.id.first]

    @property
    def at(self) -> Position:
        """Where it stands."""
        return self.source.line(self.id.first, self.id.column)


@value_class(eq=False)
class Trio:
    """One iterator.

    source: the file of its kfuncs
    functions: all that the file defines, by their names
    ids: those of all files of the run, by the functions' names
    program: what its paths go through
    """

    name: str  # of the iterator
    source: Source
    functions: Mapping[str, Function]
    ids: Mapping[str, Registered]
    profile: Profile  # the kernel that it is judged for
    program: Program

    @cached_property
    def life(self) -> Life:
        """All that its kfuncs do, in any order that programs can call them in."""
        flags = {what: self.flags(what) for what in ("new", "next", "destroy")}
        return live(
            Subject(
                self.program,
                Code(self.source, self.new),
                Code(self.source, self.next),
                Code(self.source, self.destroy),
                {what: found is None or "KF_SLEEPABLE" in found for what, found in flags.items()},
                None if flags["next"] is None else "KF_ACQUIRE" in flags["next"],
                tuple(Code(self.source, companion) for companion in self.companions),
            )
        )

    @property
    def sources(self) -> tuple[Source, ...]:
        """All files that something may be found in."""
        return (*self.program.sources, *(one.source for one in self.ids.values()))

    @property
    def new(self) -> Function:
        """The kfunc that begins a walk."""
        return self.functions[f"bpf_iter_{self.name}_new"]

    @property
    def next(self) -> Function:
        """The kfunc that gives the next element."""
        return self.functions[f"bpf_iter_{self.name}_next"]

    @property
    def destroy(self) -> Function:
        """The kfunc that ends a walk."""
        return self.functions[f"bpf_iter_{self.name}_destroy"]

    @property
    def kfuncs(self) -> tuple[Function, Function, Function]:
        """The three."""
        return self.new, self.next, self.destroy

    @cached_property
    def companions(self) -> tuple[Function, ...]:
        """The other kfuncs that take it."""
        return tuple(function for function in self.functions.values() if self._takes(function))

    def _takes(self, function: Function) -> bool:
        handle = f"struct bpf_iter_{self.name}"
        return any(p.name.endswith("__iter") and p.type == handle for p in function.parameters)

    @property
    def opaque(self) -> Struct | None:
        """The struct that programs see, where this file has it."""
        return self.source.structs.get(f"bpf_iter_{self.name}")

    @property
    def kern(self) -> Struct | None:
        """The struct that the kfuncs see."""
        return self.source.structs.get(f"bpf_iter_{self.name}_kern")

    def registered(self, what: str) -> Registered | None:
        """The BTF id of a kfunc, where it was among the files."""
        return self.ids.get(f"bpf_iter_{self.name}_{what}")

    def flags(self, what: str) -> frozenset[str] | None:
        """The flags of a kfunc, where its BTF id was among the files."""
        found = self.registered(what)
        return found.flags if found else None


@value_class(eq=False)
class Files:
    """All files of a run that name iterators, for one kernel; `near` reads a header by its path."""

    sources: tuple[Source, ...]
    profile: Profile
    near: Callable[[str], str] = content

    @cached_property
    def defined(self) -> frozenset[str]:
        """The functions that they define."""
        return frozenset(name for source in self.sources for name in source.functions)


def read(paths: Iterable[str], profile: Profile) -> Files:
    """The files that name iterators, of those that are given and those below folders; raises OSError."""
    files = [file for path in paths for file in _files(Path(path))]
    texts = ((file, _read(file)) for file in files)
    mine = (Source(file, text) for file, text in texts if NAMED.search(text) or seq_operations.MARK in text)
    return Files(tuple(mine), profile)


def trios(files: Files) -> Iterator[Trio]:
    """Every iterator of which all three kfuncs are in one of the files."""
    profile = files.profile
    ids = {one.name: Registered(source, one) for source in files.sources for one in source.ids}
    for source in files.sources:
        program = Program(source, files.near)
        for name in source.functions:
            if (found := NEW.fullmatch(name)) is not None:
                trio = {f"bpf_iter_{found[1]}_{what}" for what in ("new", "next", "destroy")}
                if trio <= source.functions.keys():
                    yield Trio(found[1], source, source.functions, ids, profile, program)


def _files(path: Path) -> list[str]:
    return sorted(str(p) for p in path.rglob("*.c")) if path.is_dir() else [str(path)]


def _read(file: str) -> str:
    with Path(file).open("rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), file)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        code = CODES["S02"]
        raise environment("S02", "it is UTF-16, not UTF-8", code.reason, code.hint, file)
    return data.decode("utf-8", "replace")
