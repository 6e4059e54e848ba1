# SPDX-License-Identifier: GPL-2.0-only
"""What is held during each step; templates/kernel/lock.c.j2 has how each kind is taken and given up.

include/linux/mutex.h, spinlock.h, rwlock.h, rwsem.h and rcupdate.h, 6.12, say what there is of each.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiter.spec.node import Node
from kiter.spec.snippet import Snippet
from kiter.value_class import value_class


@value_class
class Kind:
    """One kind of lock."""

    sleeps: bool = False  # who waits for it sleeps
    masks: bool = False  # nobody is interrupted while it is held
    tries: bool = True  # it can be tried
    nests: bool = True  # it can be taken with a class of its own


CALLER = "caller"  # whoever calls holds it, so nothing is taken
_BUSY, _MASKING = Kind(), Kind(masks=True)
LOCKS: Mapping[str, Kind] = {
    "rcu": Kind(masks=True, tries=False, nests=False),
    "mutex": Kind(sleeps=True),
    "rwsem_read": Kind(sleeps=True),
    "rwsem_write": Kind(sleeps=True),
    "spin": _BUSY,
    "spin_bh": Kind(nests=False),
    "spin_irqsave": _MASKING,
    "raw_spin": _BUSY,
    "raw_spin_irqsave": _MASKING,
    "read": Kind(nests=False),
    "read_irqsave": Kind(masks=True, tries=False, nests=False),
    "read_bh": Kind(tries=False, nests=False),
    "write": _BUSY,
    "write_bh": Kind(tries=False, nests=False),
    "write_irqsave": Kind(masks=True, tries=False, nests=False),
    CALLER: Kind(masks=True, tries=False, nests=False),
}


@value_class
class Lock:
    """One lock."""

    kind: str  # a key of LOCKS
    at: Snippet | None  # its address; None for an RCU section, which has none
    nested: str  # its class where another one of its own is held, "" for the usual one
    tries: bool  # the walk ends where it cannot be acquired at once
    node: Node  # its part of the document

    @property
    def of(self) -> Kind:
        """What holds for all of its kind."""
        return LOCKS[self.kind]

    @property
    def saves(self) -> bool:
        """Whether it wants to know how interrupts were."""
        return self.kind.endswith("irqsave")

    @classmethod
    def under(cls, node: Node) -> tuple[Lock, ...]:
        """The locks of a walk, the first taken first; one whose kind is not said is left to the linter."""
        return tuple(cls._of(item, kinds(item)[0]) for item in entries(node) if kinds(item))

    @classmethod
    def _of(cls, node: Node, kind: str) -> Lock:
        at = None if kind == "rcu" else Snippet.of(node[kind])
        return cls(kind, at, node.text("nested"), bool(node.value.get("try", False)), node)


def entries(walk: Node) -> tuple[Node, ...]:
    """What a walk says of its locks, one by one: it may say one, or a list."""
    given = walk.get("lock")
    if given is None:
        return ()
    return tuple(given.each()) if isinstance(given.value, list) else (given,)


def kinds(node: Node) -> list[str]:
    """The kinds that one entry names."""
    return [key for key in LOCKS if node.value.get(key)] if isinstance(node.value, dict) else []
