# SPDX-License-Identifier: GPL-2.0-only
"""A further kfunc that takes the iterator."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a companion."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True, slots=True)
class Companion:
    """`last` says that the iterator is the last argument; `sets` is empty for the iterator's own set.

    It returns `result` for a live iterator and `empty` for another, or runs `do`.
    """

    name: str
    doc: str
    parameters: tuple[Parameter, ...]
    last: bool
    gives: str
    result: Snippet | None
    empty: Snippet | None
    do: Snippet | None
    rcu: bool
    sets: tuple[str, ...]
    node: Node

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
