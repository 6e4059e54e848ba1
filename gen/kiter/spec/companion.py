# SPDX-License-Identifier: GPL-2.0-only
"""A further kfunc that takes the iterator."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class


@value_class
class Parameter:
    """An argument of a companion."""

    name: str
    type: str
    doc: str


@value_class
class Companion:
    """A kfunc beside the three."""

    name: str  # of the function
    doc: str  # what it does
    parameters: tuple[Parameter, ...]  # without the iterator
    last: bool  # the iterator is the last argument
    gives: str  # what it returns, "void" for nothing
    result: Snippet | None  # the value for a live iterator
    empty: Snippet | None  # the value for another
    do: Snippet | None  # or statements to run
    rcu: bool  # RCU need only keep objects alive during the call
    sets: tuple[str, ...]  # empty for the iterator's own set
    node: Node  # its entry in the document

    @classmethod
    def of(cls, name: str, node: Node) -> Companion:
        """From an entry of `companions`."""
        given = node.get("arguments")
        parameters = given.items() if given is not None else ()
        return cls(
            name=name,
            doc=node.text("doc"),
            parameters=tuple(Parameter(n, p.text("type"), p.text("doc")) for n, p in parameters),
            last=node.text("iterator") == "last",
            gives=node.text("gives", "void"),
            result=Snippet.under(node, "result"),
            empty=Snippet.under(node, "empty"),
            do=Snippet.under(node, "do"),
            rcu=bool(node.value.get("rcu", False)),
            sets=tuple(node.value.get("sets", ())),
            node=node,
        )
