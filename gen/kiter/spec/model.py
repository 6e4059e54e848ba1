# SPDX-License-Identifier: GPL-2.0-only
"""The whole spec as frozen values: what check() accepts becomes one Iterator, as one kernel has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.companion import Companion
from kiter.spec.context import Context
from kiter.spec.document import Document
from kiter.spec.element import Element
from kiter.spec.helper import Helper
from kiter.spec.node import Node
from kiter.spec.refusal import Refusal
from kiter.spec.release import NEWEST, OLDEST, Release, parse_release
from kiter.spec.resource import Resource
from kiter.spec.series import Series
from kiter.spec.snippet import Code, text_on
from kiter.spec.testcase import Tests
from kiter.spec.walk import Lock, lock_under, walks_under

# what declares bpf_mem_alloc(): no other header of the kernel includes it for its file
ALLOCATOR = "linux/bpf_mem_alloc.h"


@dataclass(frozen=True, slots=True)
class Field:
    """A further field of the state, with the value that new() stores; `size` is 0 unless given."""

    name: str
    type: str
    init: Code | None
    size: int
    node: Node


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parts go: files are paths in the kernel tree, "" for the usual one.

    `programs` are those of a set of its own, `join` is the existing set that the kfuncs join;
    without either they join the common one. `open` says that the struct shows its fields, `inside`
    that the code compiles only as a part of the file it joins.
    """

    file: str
    inside: bool
    declarations: str
    header: str
    open: bool
    programs: tuple[str, ...]
    join: str
    filter: str


@dataclass(frozen=True, slots=True)
class Spec:
    """One iterator as its author describes it, for one kernel.

    `by_hand` says that the kernel has its code already, which is not generated.
    `select` is "" when there is one case and no flag. Cases are those of all kernels, everything
    else is what the one kernel has.
    """

    name: str
    by_hand: bool
    summary: str
    since: Release
    place: Place
    guard: str
    includes: tuple[str, ...]
    held: Element
    context: Context
    arguments: tuple[Argument, ...]
    refusals: tuple[Refusal, ...]
    helpers: tuple[Helper, ...]
    allocate: bool
    resources: tuple[Resource, ...]
    fields: tuple[Field, ...]
    room: int
    select: str
    lock: Lock | None
    cases: tuple[Case, ...]
    companions: tuple[Companion, ...]
    tests: Tests
    docs: Node | None
    series: Series
    node: Node

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
    def file(self) -> str:
        """The existing file that the code joins, "" for one of its own."""
        return self.place.file

    @property
    def programs(self) -> tuple[str, ...]:
        """The types of programs of a set of its own."""
        return self.place.programs

    def argument(self, name: str) -> Argument | None:
        """The argument of that name."""
        return next((a for a in self.arguments if a.name == name), None)

    def on(self, release: Release) -> tuple[Case, ...]:
        """The cases that one kernel has."""
        return tuple(case for case in self.cases if release in case.kernels)


def build(document: Document, release: Release = NEWEST) -> Spec:
    """The model of a document that has passed the schema, for one kernel."""
    root = Node(document, (), document.data)
    walk = root["walk"]
    return Spec(
        name=root.text("iterator"),
        by_hand=root.text("code") == "by-hand",
        summary=root.text("summary"),
        since=parse_release(root.text("since")) if root.get("since") else OLDEST,
        place=_place(root, release),
        guard=root.text("guard"),
        includes=_includes(root),
        held=Element.of(root["element"]),
        context=Context.of(root["context"], release),
        arguments=tuple(Argument.of(*item) for item in _present(root, "arguments", release)),
        refusals=Refusal.under(root),
        helpers=tuple(Helper.of(*item) for item in _present(root, "helpers", release)),
        allocate=bool(root.value.get("allocate", False)),
        resources=tuple(Resource.of(*item) for item in _present(root, "resources", release)),
        fields=tuple(_field(*item) for item in _entries(root, "state")),
        room=int(root.value.get("room", 0)),
        select=walk.text("select"),
        lock=lock_under(walk),
        cases=_cases(walk),
        companions=tuple(Companion.of(*item) for item in _present(root, "companions", release)),
        tests=Tests.under(root),
        docs=root.get("docs"),
        series=Series.under(root),
        node=root,
    )


def _includes(root: Node) -> tuple[str, ...]:
    """The headers that the spec asks for, and the allocator's where code that must not sleep needs it."""
    given = tuple(root.value.get("includes", ()))
    buffers = any("count" in resource for resource in root.value.get("resources", {}).values())
    allocates = (root.value.get("allocate", False) or buffers) and root.text("code") != "by-hand"
    if not allocates or root.value["context"].get("sleepable", False) or ALLOCATOR in given:
        return given
    return (*given, ALLOCATOR)


def _place(root: Node, release: Release) -> Place:
    struct, group = root.value.get("struct", {}), root.value.get("set", {})
    header = root["struct"].get("header") if struct else None
    return Place(
        file=text_on(root.get("file"), release),
        inside=bool(root.value.get("inside", False)),
        declarations=text_on(root.get("declarations"), release),
        header=text_on(header, release),
        open=bool(struct.get("open", False)),
        programs=tuple(group.get("programs", ())),
        join=str(group.get("join", "")),
        filter=str(group.get("filter", "")),
    )


def _entries(node: Node, key: str) -> tuple[tuple[str, Node], ...]:
    item = node.get(key)
    return tuple(item.items()) if item is not None else ()


def _present(node: Node, key: str, release: Release) -> Iterable[tuple[str, Node]]:
    """The entries that one kernel has."""
    return ((name, item) for name, item in _entries(node, key) if release in item.kernels)


def _field(name: str, node: Node) -> Field:
    size = int(node.value.get("size", 0))
    return Field(name, node.text("type"), Code.under(node, "init"), size, node)


def _cases(walk: Node) -> tuple[Case, ...]:
    """The cases; those of an iterator that is by hand share the one walk that is beside them."""
    given = _entries(walk, "cases")
    shared = walks_under(walk)
    found = tuple(Case.of(*item) for item in given) if given else (Case.of("", walk),)
    return tuple(replace(case, walks=case.walks or shared) for case in found)
