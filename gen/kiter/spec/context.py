# SPDX-License-Identifier: GPL-2.0-only
"""Where a program may use the iterator."""

from __future__ import annotations

from kiter.spec.node import Node
from kiter.spec.refusal import Error, errors
from kiter.value_class import value_class


@value_class
class Context:
    """What a program must be, or hold, to use the iterator."""

    rcu: bool  # inside an RCU critical section that lasts until destroy()
    sleepable: bool  # a program that may sleep, where it may
    perfmon: bool  # one with CAP_PERFMON
    spinlock: bool  # also one that holds a bpf_spin_lock
    fails: tuple[Error, ...]  # of new(), each with where that is: "irqs_off" or "nmi"
    allow: tuple[str, ...]  # the verifier's list of program types, "sleepable" for any that may sleep
    allow_doc: str  # why there is a list
    node: Node  # its part of the document

    @classmethod
    def of(cls, node: Node) -> Context:
        """From `context`."""
        allow = node.value.get("allow", {})
        return cls(
            rcu=bool(node.value.get("rcu", False)),
            sleepable=bool(node.value.get("sleepable", False)),
            perfmon=_on(node, "perfmon"),
            spinlock=_on(node, "spinlock"),
            fails=errors(node),
            allow=(*allow.get("programs", ()), *(["sleepable"] if allow.get("sleepable") else [])),
            allow_doc=allow.get("doc", ""),
            node=node,
        )


def _on(node: Node, key: str) -> bool:
    """A switch: off when it is not there, or no range covers the kernel."""
    given = node.get(key)
    chosen = given.chosen if given else None
    return bool(chosen and chosen.value)
