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
from kiter.spec.seq_form import SeqForm
from kiter.spec.series import Series
from kiter.spec.snippet import Snippet
from kiter.spec.testcase import Tests


def resolve(document: Document, release: Release) -> Spec:
    """The model of a document that has passed the schema, for one kernel."""
    root = Node(document, (), document.data, release)
    selector = selecting(root)
    return Spec(
        name=root.text("iterator"),
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
        select=str(selector.path[-1]) if selector else "",
        locks=Lock.under(shared(root)),
        cases=tuple(Case.of(flag, node, root) for flag, node in entries(root) if node.here),
        companions=tuple(Companion.of(*item) for item in root.present("companions")),
        seq=SeqForm.under(root),
        tests=Tests.under(root),
        docs=_text(root, "docs"),
        series=Series.under(root),
        node=root,
    )


def _place(root: Node) -> Place:
    node = root.get("placement") or Node(root.document, ("placement",), {}, root.release)
    hidden, group = node.get("private"), node.value.get("set", {})
    return Place(
        by_hand=node.text("code") == "by-hand",
        file=_text(node, "file"),
        folder=node.text("folder", OWN_FOLDER),
        inside=bool(node.value.get("inside", False)) or hidden is not None,
        private=tuple(Private.of(*item) for item in hidden.items()) if hidden else (),
        declarations=_text(node, "declarations"),
        header=_text(node, "header"),
        open=bool(node.value.get("open", False)),
        room=int(node.value.get("room", 0)),
        programs=tuple(group.get("only", group.get("programs", ()))),
        only="only" in group,
        join=node.text("join"),
        filter=str(group.get("filter", "")),
        node=node,
    )


def _text(node: Node, key: str) -> str:
    """A text that may be given per range of kernels: "" when it is not there, or no range covers this one."""
    given = node.get(key)
    chosen = given.chosen if given else None
    return str(chosen.value) if chosen else ""


def _field(name: str, node: Node) -> Field:
    size = int(node.value.get("size", 0))
    return Field(name, node.text("type"), Snippet.under(node, "init"), size, node)
