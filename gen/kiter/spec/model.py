# SPDX-License-Identifier: GPL-2.0-only
"""The whole spec as frozen values, as one kernel has it."""

from __future__ import annotations

import posixpath

from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.companion import Companion
from kiter.spec.context import Context
from kiter.spec.element import Element
from kiter.spec.helper import Helper
from kiter.spec.lock import Lock
from kiter.spec.node import Node
from kiter.spec.private import Private
from kiter.spec.refusal import Refusal
from kiter.spec.release import OLDEST, Release
from kiter.spec.resource import Buffer, Resource, Taken
from kiter.spec.seq_form import SeqForm
from kiter.spec.series import Series
from kiter.spec.snippet import Snippet
from kiter.spec.source import Source
from kiter.spec.testcase import Tests
from kiter.spec.walk import levels
from kiter.value_class import value_class

OWN_FOLDER = "kernel/bpf"  # that of a new file, unless the spec names one
NO_HEADER = "none"  # what `declarations` says where whoever calls the kfuncs declares them


@value_class
class Field:
    """A further field of the state, with the value that new() stores; `size` is 0 unless given."""

    name: str
    type: str
    init: Snippet | None
    size: int
    node: Node


@value_class
class Place:
    """Where the parts go; files are paths in the kernel tree."""

    by_hand: bool  # the kernel has the code already, which is not generated
    file: str  # what the kfuncs join, "" for a file of their own
    folder: str  # that of a file of their own
    inside: bool  # the code compiles only as a part of that file
    private: tuple[Private, ...]  # what of that file it uses, where all of that is named
    declarations: str  # the header for BPF programs, "" for the usual one, or NO_HEADER
    header: str  # the header with the struct, "" where it stands beside the kfuncs
    open: bool  # the struct shows its fields
    room: int  # the words to reserve at least; 0 for what the state needs
    programs: tuple[str, ...]  # the types of programs of a set of its own
    only: bool  # no other type may call, though it shares a hook with one of these
    join: str  # the existing set that the kfuncs join; without either they join the common one
    filter: str  # the function that a set of its own is filtered by
    node: Node  # its part of the document


@value_class
class Spec:
    """One iterator as its author describes it, resolved for one kernel: it has what that kernel has.

    What other kernels have stands in the document, below `node`.
    """

    name: str  # "css" for bpf_iter_css_new()
    summary: str  # completes "use it to ..."
    since: Release  # the first with it, OLDEST where no release has it yet
    place: Place  # where its parts go
    guard: str  # the kernel option without which it cannot exist, "" for none
    includes: tuple[str, ...]  # the headers that its snippets need
    held: Element  # what next() returns
    context: Context  # where a program may use it
    arguments: tuple[Argument, ...]  # of new(), after the iterator itself
    refusals: tuple[Refusal, ...]  # of new(), whatever the case
    helpers: tuple[Helper, ...]  # C functions of its own
    allocate: bool  # the state is allocated, and the opaque struct points to it
    resources: tuple[Resource, ...]  # what new() looks up or takes, in this order
    buffers: tuple[Buffer, ...]  # what it allocates and fills then
    fields: tuple[Field, ...]  # of the state, beside those that follow from the rest
    select: str  # the argument whose values choose the case, "" when there is one case
    locks: tuple[Lock, ...]  # what each step holds, the first taken first
    cases: tuple[Case, ...]  # the walks with what selects them
    companions: tuple[Companion, ...]  # further kfuncs that take the iterator
    seq: SeqForm | None  # its SEC("iter/...") form, None where it has none
    tests: Tests  # what the selftests need beside the rest
    docs: str  # the author's own text for the reference page, "" where there is none
    series: Series  # what a patch series says beside the rest
    node: Node  # the top of the document

    @property
    def taken(self) -> tuple[Taken, ...]:
        """What new() takes, in this order."""
        return (*self.resources, *self.buffers)

    @property
    def early(self) -> tuple[Resource, ...]:
        """What it looks up before all else."""
        return tuple(resource for resource in self.resources if resource.early)

    @property
    def late(self) -> tuple[Taken, ...]:
        """What it takes behind the checks."""
        return (*(resource for resource in self.resources if not resource.early), *self.buffers)

    def awaited(self, refusal: Refusal) -> Taken | None:
        """What must have been taken before a check is asked; None where nothing need be."""
        named = refusal.when.names()
        return next((taken for taken in reversed(self.late) if taken.name in named), None)

    @property
    def further(self) -> tuple[tuple[str, Node], ...]:
        """The kfuncs beside the three, by their names, and where these are given."""
        reference = self.held.reference
        held = ("acquire", "release") if reference else ()
        own = ((reference.node.text(key), reference.node[key]) for key in held if reference)
        return (*own, *((companion.name, companion.node) for companion in self.companions))

    @property
    def every_lock(self) -> tuple[Lock, ...]:
        """What each step holds, and what it holds of what it walks, which is taken later."""
        walked = (level for case in self.cases for walk in case.walks for level in levels(walk))
        return (*self.locks, *(lock for one in walked if isinstance(one, Source) for lock in one.locks))

    @property
    def release(self) -> Release:
        """The kernel that it is resolved for."""
        return self.node.release

    @property
    def younger(self) -> bool:
        """Whether that kernel is too old to have it."""
        return self.since > self.release

    @property
    def renamed(self) -> bool:
        """Whether it has another name than in its spec, as a prototype beside the kernel's own has."""
        return self.name != self.node.text("iterator")

    @property
    def released(self) -> bool:
        """Whether some release of Linux has it."""
        return self.since != OLDEST

    @property
    def element(self) -> str:
        """The C type of the elements."""
        return self.held.type

    @property
    def lifetime(self) -> str:
        """What keeps an element valid."""
        return self.held.lifetime

    @property
    def rcu(self) -> bool:
        """Whether it is used inside an RCU critical section only."""
        return self.context.rcu

    @property
    def begins_anew(self) -> bool:
        """Whether each read() of its SEC("iter/...") form begins the walk: nothing of it lasts."""
        return self.seq is not None and (self.rcu or self.seq.restart or self.seq.resumes)

    @property
    def by_hand(self) -> bool:
        """Whether the kernel has its code already, which is not generated."""
        return self.place.by_hand

    @property
    def room(self) -> int:
        """The words to reserve at least; 0 for what the state needs."""
        return self.place.room

    @property
    def file(self) -> str:
        """The existing file that the code joins, "" for one of its own."""
        return self.place.file

    @property
    def source_file(self) -> str:
        """The kernel file that holds the kfuncs: the one that they join, or one of their own."""
        return self.file or f"{self.place.folder}/{self.name}_iter.c"

    @property
    def confined(self) -> bool:
        """Whether no module can be made of it: it needs its file, or is a kernel's by hand."""
        return self.by_hand or (self.place.inside and not self.place.private)

    @property
    def private_headers(self) -> tuple[str, ...]:
        """The headers that are no part of the kernel's interface, as paths in the kernel tree."""
        folder = posixpath.dirname(self.source_file)
        given = (i for i in self.includes if i.startswith("../"))
        return tuple(posixpath.normpath(posixpath.join(folder, i)) for i in given)

    @property
    def programs(self) -> tuple[str, ...]:
        """The types of programs of a set of its own."""
        return self.place.programs

    def argument(self, name: str) -> Argument | None:
        """The argument of that name."""
        return next((a for a in self.arguments if a.name == name), None)
