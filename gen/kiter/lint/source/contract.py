# SPDX-License-Identifier: GPL-2.0-only
"""I01 to I14: what the paths of an iterator show, whatever order programs call its kfuncs in."""

from __future__ import annotations

import re

from kiter.flow.lifecycle import Finding
from kiter.flow.state import Spot
from kiter.flow.vocabulary import ALLOCATES
from kiter.lint.rule import Hit
from kiter.lint.source.found import SRCU, first, hits, second, where
from kiter.lint.source.model import Trio
from kiter.lint.source.table import Found, rule

NEXT_CALL = "kernel/bpf/verifier.c, process_iter_next_call(), 6.4 and later"
UNINIT = (
    "kernel/bpf/verifier.c, is_iter_reg_valid_uninit(), 6.4 and later: destroy() runs whatever new() gave"
)
_FAILED = {
    "unset": "'{}' is not stored when new() fails here",
    "gone": "'{}' is released, but still stored when new() fails here",
    "null": "'{}' is NULL when new() fails here, and dereferenced all the same",
    "element": "next() returns an element after new() has failed here",
    "twice": "'{}' is released by new(), which fails here, and again by destroy()",
}


_EMPTIED = {
    "gone": "store NULL where new() releases it",
    "twice": "store NULL where new() releases it, or leave that to destroy()",
    "null": "test it before it is followed, in next() and in destroy()",
    "element": "store in new() what next() takes for the end, before it fails",
}


@rule(
    "I01",
    "failed-new-state-used",
    "the state after a failed new() is used",
    "bpf_for_each() ignores the error: next() and destroy() run on what new() has left in the state",
    kernel=UNINIT,
    hint="store the empty state in new() before anything is checked, and again after each release",
)
def not_emptied(trio: Trio) -> Found:
    failed = where(trio, "failed(?: destroy)?", *_FAILED)
    yield from hits(
        ((one, one.start or one.fault.spot) for one in failed),
        lambda one: _FAILED[one.fault.kind].format(first(one).removeprefix("kit->")),
        lambda one: _EMPTIED.get(one.fault.kind, ""),
    )
    early = where(trio, "new", "unset")
    yield from hits(
        ((one, one.fault.spot) for one in early), lambda one: f"'{first(one)}' is read before it is stored"
    )
    never = where(trio, "(?:live|drained)(?: destroy)?", "unset")
    yield from hits(((one, one.fault.spot) for one in never), lambda one: f"'{first(one)}' is never stored")
    for name, code in trio.life.unseen.items():
        says = f"not known: what becomes of the state in '{name}', which is nested too deeply to be followed"
        yield Hit(code.source.at(code.function.node), says, severity="note")


@rule(
    "I02",
    "restart-after-null",
    "next() restarts after it has returned NULL",
    "the verifier assumes that a drained iterator stays drained: a loop that asks again might not end",
    kernel=NEXT_CALL,
    hint="clear what next() tests first when there is no next element",
)
def not_sticky(trio: Trio) -> Found:
    yield from hits(
        ((one, one.start or one.fault.spot) for one in where(trio, "drained", "element")),
        lambda _: "nothing keeps the next call from restarting the walk",
    )


@rule(
    "I03",
    "unconditional-put-in-destroy",
    "destroy() releases without a check",
    "destroy() is called after a failed new(), and after the end",
    kernel=UNINIT,
    hint="test the very pointer that is released: if (kit->pos) put(kit->pos)",
)
def unguarded(trio: Trio) -> Found:
    idle = where(trio, ".*", "idle")
    yield from hits(
        ((one, one.fault.spot) for one in idle),
        lambda one: f"'{first(one)}' is called for an empty iterator, too",
    )


@rule(
    "I04",
    "leaked-resource",
    "a reference, memory or section that is leaked",
    "nothing runs after destroy(): what it does not release leaks, and an open section never ends",
    kernel="kernel/bpf/helpers.c, bpf_iter_bits_destroy(), 6.11 and later, for nr_bits",
    hint="release it on every path; destroy() tests what it releases, which next() must not clear",
)
def leaking(trio: Trio) -> Found:
    left = sorted(where(trio, ".*", "leaked", "open"), key=lambda one: not one.phase.startswith("drained"))
    yield from hits(
        ((one, one.fault.spot) for one in left if not _of_trial(one)),
        lambda one: f"{_held(one)} {_behind(one)}",
        _released,
    )


def _held(one: Finding) -> str:
    name = first(one)
    if one.fault.kind == "open":
        return f"the section that '{name}' began is still open"
    what = f"what '{name}' returns" if ALLOCATES.fullmatch(name) else f"the reference that '{name}' took"
    return f"{what} is still held"


def _released(one: Finding) -> str:
    """Where it is to be released, which must not make it be released twice."""
    phase, _, what = one.phase.partition(" ")
    if one.fault.kind == "open":
        return "end the section before the kfunc returns that began it"
    if not what:
        return "release it before this kfunc returns, or before another one takes its place in the state"
    if phase == "drained":
        return "release it where next() clears the field, or leave both to destroy(); not twice"
    return ""


def _of_trial(one: Finding) -> bool:
    """Whether only a lock is left that was held from kfunc to kfunc: that is said by its own rule."""
    return one.fault.kind == "open" and not SRCU.fullmatch(second(one))


def _behind(one: Finding) -> str:
    phase, _, what = one.phase.partition(" ")
    if not what:
        return f"when {'new' if phase == 'new' else 'next'}() returns, and nothing leads to it"
    after = {"failed": "a failed new()", "drained": "the end"}.get(phase, "a walk that was exited early")
    return f"when {what}() returns, after {after}"


@rule(
    "I06",
    "companion-on-failed-iterator",
    "a companion that uses the state of a failed iterator",
    "the verifier takes the iterator for initialized whatever new() returned",
    kernel="kernel/bpf/verifier.c, process_iter_arg(); kernel/sched/ext.c, scx_dsq_move()",
    hint="test what next() tests, before anything is dereferenced",
)
def companion_unguarded(trio: Trio) -> Found:
    names = "|".join(re.escape(one.name) for one in trio.companions) or "(?!)"
    found = where(trio, f"(?:failed|drained|live) (?:{names})", "unset", "null", "gone")
    yield from hits(
        ((one, one.fault.spot) for one in found),
        lambda one: f"'{first(one).rpartition('>')[2]}' is dereferenced, live or not",
    )


@rule(
    "I08",
    "sleep-in-atomic-context",
    "sleeping in atomic context",
    "programs that must not sleep may call it, and so may those in an RCU critical section",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(), for KF_SLEEPABLE",
    hint="use bpf_mem_alloc(), or register all three kfuncs with KF_SLEEPABLE",
)
def sleeping(trio: Trio) -> Found:
    found = where(trio, ".*", "sleeps")
    yield from hits(
        ((one, one.fault.spot) for one in found),
        lambda one: f"'{first(one)}' may sleep" + (f" while '{second(one)}' is held" if second(one) else ""),
        _awake,
    )


def _awake(one: Finding) -> str:
    """What to do about something that sleeps: memory can be had otherwise, the rest takes KF_SLEEPABLE."""
    if second(one):
        return f"call it before '{second(one)}', or after its release, or use a function that does not sleep"
    memory = first(one).startswith("GFP_") or "alloc" in first(one)
    return "" if memory else "register all three kfuncs with KF_SLEEPABLE, or do without it"


@rule(
    "I09",
    "lock-held-across-kfuncs",
    "a lock or a critical section held across kfuncs",
    "the verifier does not track it: two iterators of one program deadlock, or it sleeps in the section",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(), follows only bpf_rcu_read_lock() and bpf_spin_lock()",
    hint="acquire and release it inside each call; with KF_RCU_PROTECTED the program holds the RCU section",
)
def held_across(trio: Trio) -> Found:
    held = where(trio, "new|failed|live|drained", "held")
    yield from hits(
        ((one, one.fault.spot) for one in held),
        lambda one: f"'{first(one)}' is still held when the kfunc returns",
        lambda one: _inside(second(one))[0],
        lambda one: _inside(second(one))[1],
    )
    taken = {first(one) for one in where(trio, ".*", "held") if not SRCU.fullmatch(second(one))}
    slips = (one for one in where(trio, "(?:new|failed|live|drained)(?: destroy)?", *_SLIPS))
    yield from hits(
        ((one, one.fault.spot) for one in slips if not taken),
        lambda one: _SLIPS[one.fault.kind][0].format(first(one)),
        lambda one: _SLIPS[one.fault.kind][1],
        lambda one: _SLIPS[one.fault.kind][2],
    )


_SLIPS = {
    "again": (
        "'{}' is acquired while it is held",
        "release it first, or leave it to the function that is called",
        "it waits for itself (kernel/locking/lockdep.c, check_deadlock())",
    ),
    "undone": (
        "'{}' is released but not held",
        "store that it was acquired, test this before it is released, and clear it there",
        "it ends the section of somebody else, and the count of holders stays wrong",
    ),
}


def _inside(kind: str) -> tuple[str, str]:
    """What to do about what is held across kfuncs, and why, where the rule does not say it."""
    if SRCU.fullmatch(kind):
        why = "whoever waits for the readers waits for the program, for as long as its loop takes"
        return "enter and leave it in each call, and hold the element by a reference", f"{why} ({_WAITS})"
    if kind.startswith("rcu_read_"):
        return "let the program hold the section: KF_RCU_PROTECTED; or enter and leave it in each call", ""
    return "acquire and release it in each call, and remember where the walk was", ""


_WAITS = "kernel/rcu/srcutree.c, __synchronize_srcu()"


@rule(
    "I10",
    "pointer-stored-without-reference",
    "a pointer that is stored without a reference",
    "an argument is valid during the call only",
    kernel="kernel/bpf/verifier.c, check_kfunc_args()",
    hint="take a reference, or register new() with KF_RCU_PROTECTED",
)
def stored_pointer(trio: Trio) -> Found:
    flags = trio.flags("new")
    if flags is None or "KF_RCU_PROTECTED" in flags:
        return
    objects = {p.name for p in trio.new.parameters[1:] if p.pointer and p.type.startswith("struct")}
    kept = (one for one in where(trio, "new", "kept") if first(one) in objects)
    yield from hits(
        ((one, _stored(one)) for one in kept), lambda one: f"'{first(one)}' is stored without a reference"
    )


def _stored(one: Finding) -> Spot:
    """Where an argument was stored last."""
    ways = (spot for spot in reversed(one.fault.trail) if re.search(rf"= .*\b{first(one)}\b", spot.says))
    return next(ways, one.fault.spot)


_AGAIN = {
    "twice": "'{}' is released twice",
    "untaken": "'{}' is released, but was never acquired",
    "gone": "'{}' is used after it was released",
}


@rule(
    "I14",
    "use-after-put",
    "use after put",
    "the object may be freed by then: a second put frees what others hold",
    kernel="include/linux/refcount.h, refcount_dec_and_test()",
    hint="store NULL, or the next one, where the old one is released; read the next one before the put",
)
def used_again(trio: Trio) -> Found:
    found = where(trio, "(?:new|live|drained)(?: destroy)?|failed destroy", *_AGAIN)
    plain = (one for one in found if not one.phase.startswith("failed") or one.fault.kind == "untaken")
    yield from hits(
        ((one, one.fault.spot) for one in plain), lambda one: _AGAIN[one.fault.kind].format(first(one))
    )


@rule(
    "I13",
    "element-released-before-return",
    "an element that is released before it is returned",
    "the program uses it until the next call to next(), so it must live as long",
    kernel="Documentation/bpf/bpf_iterators.rst, 6.16 and later, open-coded iterators",
    hint="release it in the next call to next(), and in destroy()",
)
def returned_gone(trio: Trio) -> Found:
    if "KF_RCU_PROTECTED" in (trio.flags("new") or ()):
        return  # what RCU frees is there until the program leaves its section
    yield from hits(
        ((one, one.fault.spot) for one in where(trio, ".*", "returned")),
        lambda _: "the element that is returned was released before",
    )


@rule(
    "I53",
    "null-pointer-dereference",
    "NULL pointer dereference",
    "the kernel crashes there: a program may call in any order, and an allocation may fail",
    hint="test it first, or store it before",
)
def null_followed(trio: Trio) -> Found:
    found = where(trio, "new|(?:live|drained)(?: destroy)?", "null")
    yield from hits(((one, one.fault.spot) for one in found), lambda one: f"'{first(one)}' is NULL here")


@rule(
    "I55",
    "mismatched-free",
    "memory that goes back to another allocator",
    "each keeps its books beside what it gave: another one takes something else for them",
    kernel="kernel/bpf/memalloc.c, bpf_mem_free(); mm/slub.c, kfree()",
    hint="free it by the counterpart of what gave it, on every way",
)
def mismatched(trio: Trio) -> Found:
    yield from hits(
        ((one, one.fault.spot) for one in where(trio, ".*", "mismatched")),
        lambda one: f"'{first(one)}' frees what '{second(one)}' gave",
    )
