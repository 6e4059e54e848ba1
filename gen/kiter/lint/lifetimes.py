# SPDX-License-Identifier: GPL-2.0-only
"""W20 to W38: which walk gives elements of which lifetime, and what that asks for."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.errors import Edit
from kiter.lint.rule import Hit
from kiter.lint.sources import FOLLOWED, sources
from kiter.lint.subject import Subject, kinds
from kiter.lint.tables import rule
from kiter.names import near, only
from kiter.spec.element import IN_STATE, KEPT, WORDS
from kiter.spec.node import Node
from kiter.spec.rewrite import added, replaced
from kiter.spec.source import SOURCES, Source
from kiter.spec.walk import Cursor, Index, Linked, Native, Ring

# How lower/kernel/next.py can step: every other pair has no code that would keep its promise.
GIVES = {
    "range": ("state",),
    "repeat": ("state",),
    "index": ("state",),
    "native": ("native",),
    "linked": ("rcu",),
    "ring": ("rcu", "static", "caller", KEPT),
    "nested": ("rcu", "caller", KEPT),
    "raw": ("rcu", "held", "caller", KEPT),
    "cursor": ("rcu", "held", "static", "caller", *IN_STATE, KEPT),
} | {kind: (*of.lifetimes, KEPT) for kind, of in SOURCES.items()}
# How functions are called that take a reference only where there still is one, beside igrab().
TRIES = ("tryget", "try_get", "get_unless", "inc_not_zero", "get_not_zero", "inc_unless")
# What all walks that a flag selects can give: it is in one cursor, whichever of them has found it.
SELECTED = ("rcu", "held", "static", "caller", KEPT)
UNLOCKED = frozenset({"range", "repeat", "index", "native"})


def _lifetime(s: Subject) -> Node:
    return s.it.node["element"]["lifetime"]


def _resources(s: Subject) -> list[str]:
    """The resources of all kernels."""
    given = s.it.node.get("resources")
    return list(given.value) if given else []


def _unknown(s: Subject) -> bool:
    return bool(s.it.held.keeper) and s.it.held.keeper not in _resources(s)


def _found_kinds(s: Subject) -> list[str]:
    """Each kind of walk that is used, once."""
    return list(dict.fromkeys(kind for case in s.every_case for kind in kinds(case.node)))


@rule(
    "W20",
    "unsupported-lifetime",
    "a lifetime that the walk does not support",
    "what keeps an element valid follows from how it is found: a number is in the state, a kernel's own "
    "iterator holds its element, a list without references needs RCU",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(): what next() returns is trusted",
    hint="range, repeat and index go with 'state', native with 'native', snapshot with cursor, static with "
    "what never leaves",
)
def other_lifetime(s: Subject) -> Iterator[Hit]:
    for kind in _found_kinds(s):
        if s.it.lifetime not in GIVES[kind] and not _unknown(s):
            yield Hit(_lifetime(s).at, f"'{kind}' cannot give elements with 'lifetime: {s.it.lifetime}'")


@rule(
    "W36",
    "unknown-lifetime",
    "an unknown lifetime",
    "a lifetime is one of the known words, or the name of a resource of the spec",
    hint="use rcu, state, native, snapshot, static, caller, or the name of a resource",
    fixable=True,
)
def unknown_lifetime(s: Subject) -> Iterator[Hit]:
    node = _lifetime(s)
    names = [*WORDS, *_resources(s)]
    if _unknown(s):
        right = only(node.value, names)
        edit = replaced(node, right) if right else None
        yield Hit(node.at, f"'{node.value}' keeps nothing", near(node.value, names), edit)


@rule(
    "W37",
    "elements-without-owner",
    "elements kept by a resource that is not held",
    "new() acquires what keeps an element alive, and destroy() releases it; a lookup keeps nothing alive",
    kernel="include/linux/srcu.h, srcu_read_lock() and srcu_read_unlock()",
    hint="add 'put' to the resource",
)
def kept_by_nothing(s: Subject) -> Iterator[Hit]:
    for r in s.it.resources:
        if r.name == s.it.held.keeper and r.put is None:
            yield Hit(_lifetime(s).at, f"'{r.name}' is never released, so it is not held")


@rule(
    "W38",
    "allocated-state-of-kept-elements",
    "an allocated state beside elements that a resource keeps",
    "the end of a walk frees an allocated state, and destroy() would look for the resource in it",
    kernel="kernel/bpf/task_iter.c, bpf_iter_task_vma_destroy(), 6.7 and later",
    hint="remove 'allocate': what remains is small enough for the program's stack",
)
def kept_and_allocated(s: Subject) -> Iterator[Hit]:
    if s.it.held.keeper and s.it.allocate:
        yield Hit(s.it.node["allocate"].key_at, "'allocate: true' beside elements kept by a resource")


@rule(
    "W21",
    "held-elements-without-lock",
    "held elements that are found without a lock",
    "its owner may free an element between finding it and taking a reference",
    kernel="mm/slab_common.c, slab_mutex, for the list of slab caches",
    hint="add the lock that guards what is walked: lock: {mutex: ...}; or 'lock: {rcu: true}' with 'tryget'",
)
def unlocked_source(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        if s.it.lifetime == "held" and isinstance(level.walk, Source) and not s.it.every_lock:
            where = level.walk.kind
            yield Hit(level.walk.node.key_at, f"nothing holds the {where} while its next element is found")
        elif s.it.held.tryget is not None and not s.it.every_lock:
            at = s.it.held.tryget.node.key_at
            yield Hit(at, "nothing keeps the memory of an element until 'tryget' has looked at it")


@rule(
    "W22",
    "held-elements-without-get",
    "held elements without 'get'",
    "finding an element takes no reference, so its owner may free it",
    kernel="kernel/bpf/kmem_cache_iter.c, bpf_iter_kmem_cache_next(), 6.13 and later",
    hint="add 'get', which takes a reference to pos, or 'tryget'",
)
def source_without_get(s: Subject) -> Iterator[Hit]:
    taken = s.it.held.get or s.it.held.tryget
    for level in s.levels:
        if s.it.lifetime == "held" and isinstance(level.walk, Source) and taken is None:
            kind = level.walk.kind
            yield Hit(_lifetime(s).at, f"nothing takes a reference to the element that the {kind} gives")


@rule(
    "W23",
    "copy-without-allocation",
    "a snapshot without memory for it",
    "the size of a struct is not known here, and as part of the program's stack it would be ABI",
    kernel="kernel/bpf/task_iter.c, struct bpf_iter_task_vma_kern_data, 6.7 and later",
    hint="add 'allocate: true', or say the 'fields' of a struct of your own",
    fixable=True,
)
def snapshot_on_stack(s: Subject) -> Iterator[Hit]:
    if s.it.lifetime in IN_STATE and not s.it.held.members and not s.it.allocate:
        message = f"'lifetime: {s.it.lifetime}' without 'allocate: true'"
        yield Hit(_lifetime(s).at, message, edit=_allocated(s))


@rule(
    "W24",
    "wrapped-iterator-without-allocation",
    "a kernel iterator without memory for it",
    "its size is not known here, and on the program's stack it would be frozen as ABI",
    kernel="kernel/bpf/task_iter.c, bpf_iter_css_task_new(), 6.7 and later",
    hint="add 'allocate: true'",
    fixable=True,
)
def native_on_stack(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        if isinstance(level.walk, Native) and not s.it.allocate:
            message = f"'{level.walk.type}' would be on the program's stack"
            yield Hit(level.walk.node["type"].at, message, edit=_allocated(s))


def _numeric(ctype: str) -> bool:
    return not {"struct", "union"} & set(ctype.split())


@rule(
    "W25",
    "element-type-mismatch",
    "elements of the wrong type for their lifetime",
    "in the state are numbers; what RCU, a reference or another iterator keeps is an object",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(): PTR_TO_BTF_ID for a struct, else memory",
    hint="use a pointer to a number with 'lifetime: state', to a struct with any other",
)
def element_type(s: Subject) -> Iterator[Hit]:
    if _numeric(s.it.element) != (s.it.lifetime == "state"):
        what = "number" if _numeric(s.it.element) else "struct"
        message = f"'lifetime: {s.it.lifetime}' of '{s.it.element}', a pointer to a {what}"
        yield Hit(s.it.node["element"]["type"].at, message)


@rule(
    "W28",
    "done-without-copy",
    "'done' without a snapshot",
    "an element that is not copied is still in use by the program when 'done' releases it",
    hint="use 'lifetime: snapshot', or 'put' for held elements",
)
def done_without_copy(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        if isinstance(level.walk, Cursor) and level.walk.done is not None and s.it.lifetime != "snapshot":
            yield Hit(level.walk.node["done"].key_at, f"'done' with 'lifetime: {s.it.lifetime}'")


@rule(
    "W29",
    "first-of-element-in-state",
    "'first' of an element in the state",
    "a struct in the state has no element before it, so one expression finds the first and every further one",
    hint="let 'next' find the first element: the struct is zeroed before it",
)
def first_in_state(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        if s.it.lifetime in IN_STATE and isinstance(level.walk, Cursor) and level.walk.first is not None:
            yield Hit(level.walk.node["first"].key_at, f"'first' with 'lifetime: {s.it.lifetime}'")


@rule(
    "W30",
    "single-walk-only",
    "a key for a single walk, beside walks that a flag selects",
    "next() has one end condition for all, and a circular list returns its element within the step",
    kernel="kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later: every end must be one",
    hint="make it an iterator of its own, or one walk whose snippets look at the flag",
)
def beside_choice(s: Subject) -> Iterator[Hit]:
    if not s.it.select:
        return
    if s.it.lifetime not in SELECTED and not _alike(s):
        yield Hit(_lifetime(s).at, f"'lifetime: {s.it.lifetime}' beside the values of '{s.it.select}'")
    rings = any(isinstance(case.walk, Ring) for case in s.it.cases if case.walks)
    if s.it.locks and rings:
        yield Hit(s.walk["lock"].key_at, "'lock' beside a circular list that a flag selects")
    locked = [walk for _, walk in sources(s) if walk.locks]
    if locked and len(locked) < len(s.levels):
        yield Hit(locked[0].node["lock"].key_at, "the lock of a bucket beside a walk without one")


def _alike(s: Subject) -> bool:
    """Whether all walks are over the numbers below one end, so that one test tells where they have ended."""
    walks = [case.walk for case in s.it.cases if case.walks]
    ends = {_ending(walk) if isinstance(walk, Index) else () for walk in walks}
    return len(ends) == 1 and () not in ends


def _ending(walk: Index) -> tuple[str, ...]:
    """What next() has one place for: the number, its end, and what it skips."""
    return walk.name, walk.end.text, walk.where.text if walk.where else ""


@rule(
    "W31",
    "node-not-a-field",
    "a node of our own that is not a field",
    "the node stays in the list between the calls, so it must be in the state",
    kernel="kernel/sched/ext.c, struct bpf_iter_scx_dsq_kern, 6.12 and later",
    hint="add a field with the struct that holds the node: state: {cursor: {type: ..., size: ...}}",
)
def node_of_no_field(s: Subject) -> Iterator[Hit]:
    fields = {field.name for field in s.it.fields}
    for use in s.uses:
        if use.slot.key == "linked.node" and use.words.tokens and use.words.tokens[0].text not in fields:
            yield Hit(use.at(), f"'{use.text}' does not begin with a field of the state")


@rule(
    "W32",
    "linked-node-without-lock",
    "a node in a list without its lock",
    "next() and destroy() link and unlink the node while the list's owner changes the list",
    kernel="kernel/sched/ext.c, bpf_iter_scx_dsq_next() and bpf_iter_scx_dsq_destroy(), 6.12 and later",
    hint="add the list's lock: lock: {raw_spin_irqsave: ...}",
)
def unlocked_node(s: Subject) -> Iterator[Hit]:
    for level in s.levels:
        if isinstance(level.walk, Linked) and not s.it.locks:
            yield Hit(level.walk.node.key_at, "nothing locks the list while our node is linked or unlinked")


@rule(
    "W33",
    "unused-lock",
    "a lock that the walk does not take",
    "numbers in the state and snapshots are private, and a kernel iterator takes its own locks",
    hint="remove 'lock'",
)
def needless_lock(s: Subject) -> Iterator[Hit]:
    if not s.it.locks:
        return
    for kind in _found_kinds(s):
        if kind in UNLOCKED or s.it.lifetime in IN_STATE:
            yield Hit(s.walk["lock"].key_at, f"'{kind}' takes no lock")


@rule(
    "W34",
    "lock-around-rcu-list",
    "a lock around a list that RCU protects",
    "readers under RCU need no lock, and in a list that needs its lock the last element may have left since, "
    "and its link leads nowhere",
    kernel="include/linux/rculist.h, list_next_or_null_rcu()",
    hint="remove the lock, or use 'lifetime: held' with 'get' and 'put'",
)
def locked_rcu_list(s: Subject) -> Iterator[Hit]:
    for _, walk in sources(s):
        if walk.kind in FOLLOWED and s.it.locks and s.it.lifetime == "rcu":
            yield Hit(s.walk["lock"].key_at, f"'lock' beside a '{walk.kind}' with 'lifetime: rcu'")


@rule(
    "W35",
    "get-may-fail",
    "taking a reference may fail",
    "the result of 'get' is ignored, so an element that is being freed would be returned, and put, "
    "without a reference",
    kernel="fs/inode.c, igrab(): NULL for an inode that is being freed",
    hint="use 'tryget', which skips elements whose reference cannot be taken",
)
def tried_reference(s: Subject) -> Iterator[Hit]:
    for use in s.uses:
        if use.slot.snippet is not s.it.held.get:
            continue
        for name in sorted(use.names):
            if name == "igrab" or any(part in name for part in TRIES):
                yield Hit(use.at_name(name), f"'{name}' may fail to take a reference")


def _allocated(s: Subject) -> Edit | None:
    """`allocate: true`, which may be there as false."""
    given = s.it.node.get("allocate")
    return replaced(given, "true") if given else added(s.it.node, "allocate", "true", before="element")
