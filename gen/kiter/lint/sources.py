# SPDX-License-Identifier: GPL-2.0-only
"""W60 and on: what a walk may follow in the kernel's own structures, and the locks that it takes for that."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Level, Role, Subject
from kiter.lint.tables import rule
from kiter.spec.lock import CALLER, LOCKS, entries, kinds
from kiter.spec.source import Source
from kiter.spec.walk import Cursor, Linked, Ring

ONE_OF = "one of " + ", ".join(LOCKS)
FOLLOWED = frozenset({"list", "hlist", "hash"})  # where the next element is found through the last one


def sources(s: Subject) -> Iterator[tuple[Level, Source]]:
    """The walks over what holds elements."""
    for level in s.levels:
        if isinstance(level.walk, Source):
            yield level, level.walk


def guarded(s: Subject) -> bool:
    """Whether a lock keeps everybody from changing what is walked, which an RCU section does not."""
    return any(lock.kind != "rcu" for lock in s.it.every_lock)


@rule(
    "W60",
    "reference-too-late",
    "a reference that may come too late",
    "under RCU alone the last reference to an element may be dropped between lookup and get",
    kernel="include/linux/kref.h, kref_get_unless_zero(), which says how it is used under RCU",
    hint="use 'tryget', an expression that is true if a reference was taken",
)
def late_reference(s: Subject) -> Iterator[Hit]:
    for _, walk in sources(s):
        if s.it.lifetime == "held" and s.it.locks and not guarded(s) and s.it.held.tryget is None:
            yield Hit(walk.node.key_at, "'get' under RCU, which keeps the memory of an element only")


@rule(
    "W61",
    "tree-not-rcu-safe",
    "a tree that lockless readers cannot walk",
    "a rotation is no single store, so a reader beside it may miss subtrees; a latched tree has another one "
    "that is not changed meanwhile",
    kernel="lib/rbtree.c, 'Notes on lockless lookups'; include/linux/rbtree_latch.h, latch_tree_find()",
    hint="add the lock that guards the tree, or 'latch: true' for a struct latch_tree_root",
)
def unlocked_tree(s: Subject) -> Iterator[Hit]:
    for _, walk in sources(s):
        if walk.kind == "rbtree" and "latch" not in walk.switches and not guarded(s):
            yield Hit(walk.node.key_at, "nothing keeps the tree from being rebalanced during a step")


@rule(
    "W62",
    "radix-tree-outside-rcu",
    "an entry of a radix tree outside an RCU read-side critical section",
    "slots are read as RCU readers do, for whom a removed node stays valid until they are done",
    kernel="include/linux/radix-tree.h, radix_tree_deref_slot(): rcu_dereference()",
    hint="use 'lock: {rcu: true}', with 'tryget'",
)
def radix_without_rcu(s: Subject) -> Iterator[Hit]:
    under_rcu = s.it.rcu or any(lock.kind == "rcu" for lock in s.it.locks)
    for _, walk in sources(s):
        if walk.kind == "radix" and not under_rcu:
            yield Hit(walk.node.key_at, "the slots of 'radix' are read outside RCU")


@rule(
    "W63",
    "reused-memory",
    "memory that is reused (SLAB_TYPESAFE_BY_RCU)",
    "RCU keeps the memory of a VMA, which may meanwhile be reused for another process",
    kernel="mm/vma_init.c, vma_state_init(): SLAB_TYPESAFE_BY_RCU, 6.15 and later",
    hint="copy the VMA under the lock of its mm: 'lifetime: snapshot'",
)
def reused_areas(s: Subject) -> Iterator[Hit]:
    for _, walk in sources(s):
        if walk.kind == "maple" and s.it.element == "struct vm_area_struct *" and s.it.lifetime == "rcu":
            yield Hit(walk.node.key_at, "VMAs with 'lifetime: rcu'")


@rule(
    "W64",
    "unskippable-elements",
    "elements that cannot be skipped",
    "what is skipped must be put again, or not have been taken yet, and a snapshot is a copy already",
    hint="skip them in a helper that 'next' calls",
)
def where_too_late(s: Subject) -> Iterator[Hit]:
    element = s.it.held
    taken = s.it.lifetime == "held" and not (element.get or element.tryget or element.handover)
    for level in s.levels:
        where = getattr(level.walk, "where", None)
        if where is not None and isinstance(level.walk, Cursor) and (taken or s.it.lifetime == "snapshot"):
            yield Hit(where.node.key_at, f"'where' with 'lifetime: {s.it.lifetime}' that 'next' itself gives")


@rule(
    "W65",
    "invalid-lock",
    "a lock of no kind, or of several",
    "each lock is acquired and released by functions of its own",
    hint=f"say {ONE_OF}; several locks are a list, the first taken first",
)
def lock_kinds(s: Subject) -> Iterator[Hit]:
    for node in (*entries(s.walk), *(one for _, walk in sources(s) for one in entries(walk.node))):
        named = kinds(node)
        if not named:
            yield Hit(node.key_at if isinstance(node.path[-1], str) else node.at, "'lock' names no lock")
        for extra in named[1:]:
            yield Hit(node[extra].key_at, f"'lock' has '{named[0]}' and '{extra}'")


@rule(
    "W66",
    "unsupported-lock-option",
    "an option that the lock does not support",
    "the kernel has no trylock for it, or none with a lockdep subclass",
    kernel="include/linux/rwlock.h, spinlock.h and mutex.h, 6.12",
    hint="remove it",
)
def unable_lock(s: Subject) -> Iterator[Hit]:
    for lock in s.it.locks:
        for key, can in (("try", lock.of.tries), ("nested", lock.of.nests)):
            if key in lock.node.value and not can:
                yield Hit(lock.node[key].key_at, f"'{key}' with '{lock.kind}'")
    for lock in [lock for lock in s.it.every_lock if lock.saves][1:]:
        yield Hit(lock.node[lock.kind].key_at, f"'{lock.kind}' where interrupts are off already")
    for lock in s.it.locks:
        if lock.tries and lock.nested:
            yield Hit(lock.node["nested"].key_at, "'nested' with 'try': a trylock needs no lockdep subclass")


@rule(
    "W67",
    "trylock-not-allowed",
    "a trylock where the lock must be acquired",
    "what is counted down or unlinked under it would be skipped if the lock is not acquired",
    kernel="kernel/bpf/kmem_cache_iter.c, bpf_iter_kmem_cache_destroy(), 6.13 and later: it cannot fail",
    hint="remove 'try'",
)
def tried_lock(s: Subject) -> Iterator[Hit]:
    needs = s.it.held.last is not None or any(isinstance(level.walk, Linked | Ring) for level in s.levels)
    for lock in s.it.locks:
        if lock.tries and needs:
            yield Hit(lock.node["try"].key_at, f"'{lock.kind}' is a trylock only")


@rule(
    "W68",
    "nested-rcu-section",
    "a nested RCU section",
    "the program holds one for the whole walk already",
    hint="remove it, or 'context: {rcu: true}' where elements are held",
)
def rcu_twice(s: Subject) -> Iterator[Hit]:
    for lock in s.it.locks:
        if lock.kind == "rcu" and s.it.rcu:
            yield Hit(lock.node["rcu"].key_at, "'rcu' is held during each step, and by the program")


@rule(
    "W69",
    "ambiguous-walk",
    "two walks in one place",
    "each keeps its position in a field of the state, and the two fields have one name",
    hint="rename the field of one with 'by'",
)
def one_place(s: Subject) -> Iterator[Hit]:
    held = s.it.lifetime == "held"
    taken = {a.name: "an argument" for a in s.it.arguments} | {f.name: "a field" for f in s.it.fields}
    taken |= {r.name: "a resource" for r in s.it.resources} | dict.fromkeys(s.cursors, "a cursor")
    above: set[str] = set()
    for level, walk in sources(s):
        names = {place.name for place in walk.places(held)}
        for name in sorted(names & (taken.keys() | (above if level.role is Role.INNER else set()))):
            what = taken.get(name, "the position of the outer walk")
            yield Hit(walk.node.key_at, f"'{name}' is the position of this walk, and {what} too")
        above = names


@rule(
    "W70",
    "no-lookahead",
    "nothing to look ahead to",
    "under its lock an element cannot move after it was found",
    hint="remove 'still'",
)
def needless_still(s: Subject) -> Iterator[Hit]:
    if s.it.held.still is not None and guarded(s):
        yield Hit(s.it.held.still.node.key_at, "'still' with a lock that keeps the element where it is")


@rule(
    "W71",
    "bucket-lock-unheld",
    "the lock of a bucket round what it does not keep",
    "it is given up before next() returns, so what the program gets must be held; and where the count of an "
    "element decides, destroy() would have to look for the bucket",
    kernel="net/ipv4/tcp_ipv4.c, bpf_iter_tcp_batch(), 5.15 and later, which holds each socket",
    hint="wait for the lock, and use 'lifetime: held' with 'get' or 'tryget', and 'put' without 'last'",
)
def loose_bucket(s: Subject) -> Iterator[Hit]:
    for _, walk in sources(s):
        if walk.locks and (s.it.lifetime != "held" or s.it.held.last is not None):
            what = "'last'" if s.it.lifetime == "held" else f"'lifetime: {s.it.lifetime}'"
            yield Hit(walk.node["lock"].key_at, f"each bucket has a lock, beside {what}")
        for lock in walk.locks:
            unfit = [lock.kind] if lock.kind in {"rcu", CALLER} else ["try"] if lock.tries else []
            for key in unfit:
                yield Hit(lock.node[key].key_at, f"'{key}' is no lock that is taken for each bucket")
