# SPDX-License-Identifier: GPL-2.0-only
"""A value of a flag argument with what it stands for, or the only walk of an iterator."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.refusal import Refusal
from kiter.spec.release import Release
from kiter.spec.snippet import Snippet
from kiter.spec.walk import KINDS, Walk, walks_under
from kiter.value_class import value_class


@value_class
class Case:
    """What one value of a flag argument means; `walks` is empty where the value chooses none."""

    flag: str  # the value as C spells it, "" where there is no flag
    doc: str  # what it means
    value: str  # of the enumerator, as C, where the iterator defines it and it does not just count
    since: Release  # the first with the value: the iterator's, or a later one
    requires: tuple[str, ...]  # the arguments that must not be NULL
    refusals: tuple[Refusal, ...]  # of new() when it is given
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
        """From one of the entries() of a spec, or a value that chooses no walk."""
        return cls(
            flag=flag,
            doc=node.text("doc"),
            value=node.text("value"),
            since=max(node.kernels.first, root.kernels.first),
            requires=tuple(node.value.get("requires", ())),
            refusals=Refusal.under(node) if flag else (),
            walks=walks_under(node),
            expect=node.text("expect"),
            node=node,
        )


def selecting(root: Node) -> Node | None:
    """The argument of any kernel whose values choose between walks, None where none does."""
    arguments = root.get("arguments")
    for _, argument in arguments.items() if arguments else ():
        values = argument.get("values")
        if values and any(kind in item.value for _, item in values.items() for kind in KINDS):
            return argument
    return None


def entries(root: Node) -> tuple[tuple[str, Node], ...]:
    """What each case of any kernel is made from, by its flag: `walk` itself when nothing chooses."""
    if (argument := selecting(root)) is not None:
        return tuple(argument["values"].items())
    return (("", shared(root)),)


def shared(root: Node) -> Node:
    """The part of a spec below `walk`, empty where each value has all of its own."""
    return root.get("walk") or Node(root.document, ("walk",), {}, root.release)
