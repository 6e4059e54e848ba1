# SPDX-License-Identifier: GPL-2.0-only
"""A checked document to the model of one kernel: the only place where a spec meets a release.

Behind it nothing is left to resolve: a snippet is one text, and parts of other kernels are not there.
"""

from __future__ import annotations

from kiter.spec.argument import Argument
from kiter.spec.case import Case, entries, selecting, shared
from kiter.spec.companion import Companion
from kiter.spec.context import Context
from kiter.spec.document import Document
from kiter.spec.element import Element
from kiter.spec.helper import Helper
from kiter.spec.lock import Lock
from kiter.spec.model import OWN_FOLDER, Field, Place, Spec
from kiter.spec.node import Node
from kiter.spec.private import Private
from kiter.spec.refusal import Refusal
from kiter.spec.release import Release
from kiter.spec.resource import Buffer, Resource
from kiter.spec.series import Series
from kiter.spec.snippet import Snippet
from kiter.spec.testcase import Tests


def resolve(document: Document, release: Release) -> Spec:
    """The model of a document that has passed the schema, for one kernel."""
    root = Node(document, (), document.data, release)
    selector = selecting(root)
    return Spec(
        name=root.text("iterator"),
        by_hand=root.text("code") == "by-hand",
        summary=root.text("summary"),
        since=root.kernels.first,
        place=_place(root),
        guard=root.text("guard"),
        includes=tuple(root.value.get("includes", ())),
        held=Element.of(root["element"]),
        context=Context.of(root["context"]),
        arguments=tuple(Argument.of(*item, root) for item in root.present("arguments")),
        refusals=Refusal.under(root),
        helpers=tuple(Helper.of(*item) for item in root.present("helpers")),
        allocate=bool(root.value.get("allocate", False)),
        resources=tuple(Resource.of(*item) for item in root.present("resources")),
        buffers=tuple(Buffer.of(*item) for item in root.present("buffers")),
        fields=tuple(_field(*item) for item in root.present("state")),
        room=int(root.value.get("room", 0)),
        select=str(selector.path[-1]) if selector else "",
        locks=Lock.under(shared(root)),
        cases=tuple(Case.of(flag, node, root) for flag, node in entries(root) if node.here),
        companions=tuple(Companion.of(*item) for item in root.present("companions")),
        tests=Tests.under(root),
        docs=_text(root, "docs"),
        series=Series.under(root),
        node=root,
    )


def _place(root: Node) -> Place:
    struct, group = root.get("struct"), root.value.get("set", {})
    hidden = root.get("private")
    return Place(
        file=_text(root, "file"),
        folder=root.text("folder", OWN_FOLDER),
        inside=bool(root.value.get("inside", False)) or "private" in root.value,
        private=tuple(Private.of(*item) for item in hidden.items()) if hidden else (),
        declarations=_text(root, "declarations"),
        header=_text(struct, "header") if struct else "",
        open=bool(struct and struct.value.get("open", False)),
        programs=tuple(group.get("only", group.get("programs", ()))),
        only="only" in group,
        join=str(group.get("join", "")),
        filter=str(group.get("filter", "")),
    )


def _text(node: Node, key: str) -> str:
    """A text that may be given per range of kernels: "" when it is not there, or no range covers this one."""
    given = node.get(key)
    chosen = given.chosen if given else None
    return str(chosen.value) if chosen else ""


def _field(name: str, node: Node) -> Field:
    size = int(node.value.get("size", 0))
    return Field(name, node.text("type"), Snippet.under(node, "init"), size, node)
