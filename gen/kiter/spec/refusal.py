# SPDX-License-Identifier: GPL-2.0-only
"""A condition under which new() refuses."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class

Error = tuple[str, str]
"""What new() returns, such as EINVAL, and when that is, completing "-EINVAL if ..."."""


def errors(node: Node) -> tuple[Error, ...]:
    """What the `fails` of a mapping says; nothing where there is none."""
    return tuple(node.value.get("fails", {}).items())


@value_class
class Refusal:
    """new() returns -`errno` when `when` is true; `doc` completes "-EINVAL if ..."."""

    when: Snippet
    errno: str
    doc: str
    node: Node

    @classmethod
    def under(cls, node: Node) -> tuple[Refusal, ...]:
        """From the optional list under `checks`."""
        items = node.get("checks")
        if items is None:
            return ()
        return tuple(cls(Snippet.of(item["when"]), *errors(item)[0], item) for item in items.each())
