# SPDX-License-Identifier: GPL-2.0-only
"""What generation hands to the sinks: texts with their paths in a kernel tree."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import field, replace

from kiter.errors import Position
from kiter.fragment import Fragment, spelled
from kiter.interface import Interface
from kiter.value_class import value_class


class Kind(enum.Enum):
    """What an output is, and so which checks it gets."""

    KFUNCS = "kfuncs"
    BTF_IDS = "btf-ids"
    TARGET = "target"
    STRUCT = "struct"
    DECLARATIONS = "declarations"
    MAKEFILE = "makefile"
    VERIFIER = "verifier"
    PROG = "prog"
    PROG_FAILURE = "prog-failure"
    PROG_TEST = "prog-test"
    SEQ_PROG = "seq-prog"
    SEQ_TEST = "seq-test"
    TEST_HEADER = "test-header"  # of the selftests of all iterators
    CONFIG = "config"
    RST = "rst"
    INDEX = "index"
    TOCTREE = "toctree"


PROGS = (Kind.PROG, Kind.PROG_FAILURE, Kind.SEQ_PROG)
"""BPF programs of the selftests, each of which becomes a skeleton."""
TESTS = frozenset({*PROGS, Kind.PROG_TEST, Kind.SEQ_TEST, Kind.TEST_HEADER})
"""All selftests: programs, the tests that load them, and what those of all iterators share."""
# the programs whose skeletons a test includes
INCLUDED = {Kind.PROG_TEST: (Kind.PROG, Kind.PROG_FAILURE), Kind.SEQ_TEST: (Kind.SEQ_PROG,)}


@value_class
class Output:
    """One generated file: what it adds to the files of a kernel tree, and where out/ keeps that.

    `path` is relative to the folder of a target, with slashes: the file itself where it is kiter's own, else
    one in a folder beside the file that is joined, so that nothing is overlaid.
    """

    kind: Kind
    path: str
    fragments: tuple[Fragment, ...]

    @classmethod
    def new(cls, kind: Kind, path: str, text: str) -> Output:
        """A file that is kiter's alone."""
        return cls(kind, path, (Fragment.new(path, text),))

    @property
    def text(self) -> str:
        """The file as out/ has it."""
        return spelled(self.fragments)

    @property
    def files(self) -> frozenset[str]:
        """The files of the tree that it is for."""
        return frozenset(fragment.file for fragment in self.fragments)


@value_class
class SnippetUse:
    """C that the spec's author wrote: as it was emitted, and where it stands in the YAML.

    `rows` says where the lines after the first one stand, each with its line of the YAML.
    """

    emitted: str
    at: Position
    source: str
    rows: tuple[tuple[Position, str], ...] = ()

    def row(self, number: int) -> SnippetUse:
        """The same snippet, at the place of its line `number`, counted from 0."""
        if not 0 < number <= len(self.rows):
            return self
        at, source = self.rows[number - 1]
        return SnippetUse(self.emitted, at, source)


@value_class
class Type:
    """A type that BPF programs need.

    name: with its keyword, "" for an enum without a name
    text: its definition
    values: the enumerators of an enum with their values, none for a struct
    """

    name: str
    text: str
    values: Mapping[str, int] = field(default_factory=dict)


@value_class
class Material:
    """What compilers and prototypes get beside the outputs.

    unit: a complete translation unit holding the kfuncs and their ids
    types: for BPF programs, what a kernel with the iterator would have in vmlinux.h
    headers: the public headers that `unit` includes
    snippets: C of the spec's author in all of that, and in the outputs
    example: the program that the reference page shows, None where it shows none
    """

    unit: str
    types: tuple[Type, ...] = ()
    headers: tuple[str, ...] = ()
    snippets: tuple[SnippetUse, ...] = ()
    example: Output | None = None


@value_class
class Rendered:
    """Everything that one spec gives for one target.

    spec: the file of the spec
    iterator: its name
    target: the kernel that it is for, such as "6.12"
    guard: the kernel option without which the iterator cannot exist, "" for none
    outputs: the files that it gives
    interface: what BPF programs see of it
    make_material: gives the material, which is made the first time
    private: the headers of the kernel tree that the unit includes beside the public ones
    includes: the headers that a file which the code joins must include
    inside: whether the unit compiles only as a part of the file that it joins
    by_hand: the declarations that a header has of an iterator by hand, for the compiler
    released: whether some release of Linux has the iterator
    """

    spec: str
    iterator: str
    target: str
    guard: str
    outputs: tuple[Output, ...]
    interface: Interface
    make_material: Callable[[], Material] = field(compare=False)
    private: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    inside: bool = False
    by_hand: tuple[Output, ...] = ()
    released: bool = False

    @property
    def material(self) -> Material:
        """What is compiled and loaded; a run that only writes does not ask for it."""
        return self.make_material()

    def using(self, material: Material) -> Rendered:
        """The same with other material."""
        return replace(self, make_material=lambda: material)

    @property
    def test_headers(self) -> tuple[Output, ...]:
        """What the selftests include that all iterators share."""
        return tuple(output for output in self.outputs if output.kind is Kind.TEST_HEADER)

    def of(self, kind: Kind) -> Output | None:
        """The output of that kind, if the spec has one."""
        return next((o for o in self.outputs if o.kind is kind), None)

    @property
    def declared(self) -> Output | None:
        """What declares it to programs, generated or by hand."""
        return next((o for o in (*self.outputs, *self.by_hand) if o.kind is Kind.DECLARATIONS), None)
