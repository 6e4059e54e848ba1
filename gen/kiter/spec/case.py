# SPDX-License-Identifier: GPL-2.0-only
"""One of the walks of an iterator: the only one, or the one that a flag value selects."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.refusal import Refusal
from kiter.spec.release import Release
from kiter.spec.snippet import Snippet
from kiter.spec.walk import Walk, walks_under
from kiter.value_class import value_class


@value_class
class Case:
    """A walk with what selects it."""

    flag: str  # the enumerator, "" when nothing selects
    doc: str  # what it walks over
    value: int | None  # of the enumerator, where the iterator defines it
    since: Release  # the first with the case: the iterator's, or a later one
    requires: tuple[str, ...]  # the arguments that must not be NULL
    refusals: tuple[Refusal, ...]  # of new() when it is selected
    walks: tuple[Walk, ...]  # one in a right spec
    expect: str  # what user space should see
    node: Node  # its entry in the document, or `walk` itself

    @property
    def walk(self) -> Walk:
        """The walk; only for a case that has passed the linter."""
        return self.walks[0]

    @property
    def name(self) -> Snippet:
        """The flag as C that the author wrote, so that a misspelt one is shown at its place."""
        at = self.node.key_at
        return Snippet(self.flag, at, self.node.document.source(at.line), self.node)

    @classmethod
    def of(cls, flag: str, node: Node, root: Node) -> Case:
        """From one of the entries() of a spec; cases that are by hand share the one walk beside them."""
        return cls(
            flag=flag,
            doc=node.text("doc"),
            value=node.value.get("value"),
            since=max(node.kernels.first, root.kernels.first),
            requires=tuple(node.value.get("requires", ())),
            refusals=Refusal.under(node) if flag else (),
            walks=walks_under(node) or walks_under(root["walk"]),
            expect=node.text("expect"),
            node=node,
        )


def entries(root: Node) -> tuple[tuple[str, Node], ...]:
    """What each case of any kernel is made from, by its flag: `walk` itself when nothing is selected."""
    walk = root["walk"]
    given = walk.get("cases")
    return tuple(given.items()) if given else (("", walk),)
