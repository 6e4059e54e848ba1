# SPDX-License-Identifier: GPL-2.0-only
"""X: where a program may use the iterator, and what contradicts it."""

from __future__ import annotations

from collections.abc import Iterator

from kiter.lint.rule import Hit
from kiter.lint.subject import Subject
from kiter.lint.tables import rule
from kiter.spec.lock import CALLER
from kiter.spec.rewrite import added, without

SLEEPING_CONTEXT = "kernel/bpf/verifier.c, check_kfunc_call() and in_sleepable(), 6.7 and later"


@rule(
    "X05",
    "nmi-with-irqs-off",
    "'nmi' beside 'irqs_off'",
    "an NMI runs with interrupts off, so it is refused already",
    kernel="include/linux/irqflags.h, irqs_disabled()",
    hint="remove 'nmi'",
    fixable=True,
)
def nmi_twice(s: Subject) -> Iterator[Hit]:
    context = s.it.node["context"]
    if {"irqs_off", "nmi"} <= {*context.value.get("fails", {}).values()}:
        nmi = next(node for _, node in context["fails"].items() if node.value == "nmi")
        yield Hit(nmi.at, "'nmi' is refused by 'irqs_off' already", edit=without(nmi))


@rule(
    "X06",
    "sleeping-lock-in-atomic-context",
    "a sleeping lock in atomic context",
    "waiting for a mutex or a semaphore may sleep, as programs must not; one that is tried must not be given "
    "up in an interrupt either",
    kernel="kernel/locking/mutex.c, mutex_lock() and mutex_trylock(); kernel/locking/rwsem.c, down_read()",
    hint="add 'context: {sleepable: true}'",
    fixable=True,
)
def sleeping_lock(s: Subject) -> Iterator[Hit]:
    for lock in s.it.every_lock:
        if lock.of.sleeps and not s.it.context.sleepable:
            context = s.it.node["context"]
            contrary = {"rcu", "spinlock", "sleepable", "allow"} & context.value.keys()
            edit = None if contrary else added(context, "sleepable", "true")
            at = lock.node[lock.kind].key_at
            yield Hit(at, f"'{lock.kind}' without 'context: {{sleepable: true}}'", edit=edit)


@rule(
    "X07",
    "lock-not-irq-safe",
    "a lock that is not irq-safe",
    "a program may run in an interrupt that came while the lock was held, and deadlock",
    kernel="kernel/cgroup/cgroup.c, css_task_iter_next(): made irqsave for the iterator, 6.7",
    hint="use an irqsave lock, or 'context: {allow: ...}' with programs that never run in interrupt context",
)
def plain_spin(s: Subject) -> Iterator[Hit]:
    context = s.it.context
    for lock in s.it.every_lock if not (context.sleepable or context.allow) else ():
        if not (lock.of.sleeps or lock.of.masks or lock.tries):
            yield Hit(lock.node[lock.kind].key_at, f"'{lock.kind}' in an iterator for programs of every type")


@rule(
    "X10",
    "caller-lock-any-program",
    "a lock of the caller, and programs of every type",
    "the verifier does not track the lock, so only program types that always run with it held may call",
    kernel="kernel/bpf/verifier.c, check_kfunc_call(): it knows of bpf_spin_lock and of no other",
    hint="name their types: placement: {set: {only: [...]}}",
)
def lock_of_whom(s: Subject) -> Iterator[Hit]:
    limited = s.it.programs or s.it.place.join or s.it.context.allow
    for lock in s.it.locks:
        if lock.kind == CALLER and not limited:
            yield Hit(lock.node[CALLER].key_at, "'caller' in an iterator for programs of every type")


@rule(
    "X11",
    "lifetime-without-lock",
    "elements kept by a lock that is not given",
    "new() and next() assert that the caller holds what keeps the elements",
    kernel="include/linux/lockdep.h, lockdep_assert_held()",
    hint="add it to the walk: lock: {caller: ...}",
)
def unsaid_lock(s: Subject) -> Iterator[Hit]:
    if s.it.lifetime == CALLER and all(lock.kind != CALLER for lock in s.it.locks):
        yield Hit(s.it.node["element"]["lifetime"].at, "'lifetime: caller' without 'lock: {caller: ...}'")


@rule(
    "X08",
    "unneeded-rcu-section",
    "an RCU read-side critical section that nothing needs",
    "every program would have to hold it for the whole walk",
    kernel="kernel/bpf/verifier.c, process_iter_arg(), 6.7 and later",
    hint="remove 'rcu'",
    severity="warning",
)
def needless_rcu(s: Subject) -> Iterator[Hit]:
    kept = any(a.keep == "rcu" for a in s.it.arguments) or any(not r.held for r in s.it.taken)
    if s.it.rcu and s.it.lifetime in {"state", "native", "held", "snapshot", "static"} and not kept:
        yield Hit(s.it.node["context"]["rcu"].key_at, f"'rcu' with 'lifetime: {s.it.lifetime}'")


@rule(
    "X09",
    "unenforceable-context",
    "a context that the verifier cannot enforce",
    "its lists of trusted fields and of functions do not cover modules",
    kernel="kernel/bpf/verifier.c, type_is_rcu() and special_kfunc_list",
    hint="remove it; a set of its own can restrict the program types",
)
def untold(s: Subject) -> Iterator[Hit]:
    element, context = s.it.node["element"], s.it.node["context"]
    if s.it.held.trusted and "struct " not in s.it.element:
        yield Hit(element["trusted"].key_at, f"'trusted' in '{s.it.element}', which is not a struct")
    if s.it.context.allow and s.it.file.startswith("tools/"):
        yield Hit(context["allow"].key_at, "'allow' for an iterator of a module")
