# SPDX-License-Identifier: GPL-2.0-only
"""Where a program may use the iterator."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.spec.node import Node


@dataclass(frozen=True, slots=True)
class Context:
    """`refuse` has (what, errno) for what new() itself refuses: "irqs_off" or "nmi".

    `allow` are the types of programs on the verifier's list, with "sleepable" for any that may
    sleep; empty where there is no list. `allow_doc` says why.
    """

    rcu: bool
    sleepable: bool
    perfmon: bool
    spinlock: bool
    refuse: tuple[tuple[str, str], ...]
    allow: tuple[str, ...]
    allow_doc: str
    node: Node

    @classmethod
    def of(cls, node: Node) -> Context:
        """From `context`."""
        allow = node.value.get("allow", {})
        return cls(
            rcu=bool(node.value.get("rcu", False)),
            sleepable=bool(node.value.get("sleepable", False)),
            perfmon=_on(node, "perfmon"),
            spinlock=_on(node, "spinlock"),
            refuse=tuple(node.value.get("refuse", {}).items()),
            allow=(*allow.get("programs", ()), *(["sleepable"] if allow.get("sleepable") else [])),
            allow_doc=allow.get("doc", ""),
            node=node,
        )


def _on(node: Node, key: str) -> bool:
    """A switch: off when it is not there, or no range covers the kernel."""
    given = node.get(key)
    chosen = given.chosen if given else None
    return bool(chosen and chosen.value)
