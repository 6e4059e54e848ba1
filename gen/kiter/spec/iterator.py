# SPDX-License-Identifier: GPL-2.0-only
"""The whole spec as frozen values: what check() accepts becomes one Iterator."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.spec.argument import Argument
from kiter.spec.case import Case
from kiter.spec.document import Document
from kiter.spec.node import Node
from kiter.spec.refusal import Refusal
from kiter.spec.release import OLDEST, Release, parse_release
from kiter.spec.snippet import Code


@dataclass(frozen=True, slots=True)
class Field:
    """A further field of the state, with the value that new() stores."""

    name: str
    type: str
    init: Code
    node: Node


@dataclass(frozen=True, slots=True)
class Tests:
    """What the selftests need beside what follows from the rest."""

    identity: Code | None
    arguments: tuple[tuple[str, Code], ...]
    config: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Iterator:
    """One iterator as its author describes it.

    `file` is "" for a file of its own, `programs` is empty for the common kfunc set, `select`
    is "" when there is one case and no flag.
    """

    name: str
    summary: str
    since: Release
    file: str
    guard: str
    programs: tuple[str, ...]
    includes: tuple[str, ...]
    element: str
    lifetime: str
    rcu: bool
    arguments: tuple[Argument, ...]
    refusals: tuple[Refusal, ...]
    fields: tuple[Field, ...]
    room: int
    select: str
    cases: tuple[Case, ...]
    tests: Tests
    docs: Node | None
    node: Node

    def argument(self, name: str) -> Argument | None:
        """The argument of that name."""
        return next((a for a in self.arguments if a.name == name), None)

    def on(self, release: Release) -> tuple[Case, ...]:
        """The cases that one kernel has."""
        return tuple(case for case in self.cases if release in case.kernels)


def build(document: Document) -> Iterator:
    """The model of a document that has passed the schema."""
    root = Node(document, (), document.data)
    walk = root["walk"]
    return Iterator(
        name=root.text("iterator"),
        summary=root.text("summary"),
        since=parse_release(root.text("since")) if root.get("since") else OLDEST,
        file=root.text("file"),
        guard=root.text("guard"),
        programs=tuple(root.value.get("set", {}).get("programs", ())),
        includes=tuple(root.value.get("includes", ())),
        element=root["element"].text("type"),
        lifetime=root["element"].text("lifetime"),
        rcu=bool(root.value["context"].get("rcu", False)),
        arguments=tuple(Argument.of(*item) for item in _entries(root, "arguments")),
        refusals=Refusal.under(root),
        fields=tuple(_field(*item) for item in _entries(root, "state")),
        room=int(root.value.get("room", 0)),
        select=walk.text("select"),
        cases=_cases(walk),
        tests=_tests(root),
        docs=root.get("docs"),
        node=root,
    )


def _entries(node: Node, key: str) -> tuple[tuple[str, Node], ...]:
    item = node.get(key)
    return tuple(item.items()) if item is not None else ()


def _field(name: str, node: Node) -> Field:
    return Field(name, node.text("type"), Code.of(node["init"]), node)


def _cases(walk: Node) -> tuple[Case, ...]:
    given = _entries(walk, "cases")
    return tuple(Case.of(*item) for item in given) if given else (Case.of("", walk),)


def _tests(root: Node) -> Tests:
    node = root.get("tests")
    if node is None:
        return Tests(None, (), ())
    arguments = tuple((name, Code.of(item)) for name, item in _entries(node, "arguments"))
    return Tests(Code.under(node, "identity"), arguments, tuple(node.value.get("config", ())))
