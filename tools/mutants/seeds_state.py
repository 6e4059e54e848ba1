# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in what is kept: the state, references, and locks."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

CSS = partial(Mutant, "css.yaml")
TASK = partial(Mutant, "task.yaml")
LETTER_CSS = partial(Mutant, "letter/letter_css.yaml")
LETTER_TASK = partial(Mutant, "letter/letter_task.yaml")
PRE = partial(Mutant, "letter/css_pre.yaml")
POST = partial(Mutant, "letter/css_post.yaml")
PROCESS = partial(Mutant, "letter/process.yaml")

REFUSE = "default: return -EINVAL;"
STEP_PRE = "kit->pos = css_next_descendant_pre(kit->pos, kit->start);"
LIST = "kit->pos = list_next_or_null_rcu(head, at, struct task_struct,  thread_node); break;"
RING = "pos = kit->pos; kit->pos = next_task(kit->pos);"

ALL = (
    CSS(
        "hold",
        "never-held",
        "no walk is held for the time that it takes to remove something under it",
        "#define MAX_HELD (2 * 1000000000ULL)",
        "#define MAX_HELD 0ULL",
        tests=True,
        alone=True,
    ),
    CSS(
        "state",
        "cursor-not-stored",
        "the first element forever",
        STEP_PRE,
        "return css_next_descendant_pre(kit->pos, kit->start);",
        alone=True,
    ),
    CSS("state", "cursor-kept", "new() keeps an earlier walk's cursor", "kit->pos = NULL;", "", alone=True),
    CSS(
        "state",
        "flags-not-stored",
        "new() keeps an earlier walk's order",
        "kit->flags = flags;",
        "",
    ),
    LETTER_CSS(
        "state",
        "wrong-value-stored",
        "one order for all",
        "kit->flag = flag;",
        "kit->flag = BPF_CGROUP_ITER_DESCENDANTS_POST;",
    ),
    LETTER_CSS(
        "state",
        "wrong-start-stored",
        "the walk starts from the parent",
        "kit->root = root;",
        "kit->root = root->parent;",
    ),
    PRE("state", "start-not-stored", "new() forgets its argument", "kit->root = root;", "", alone=True),
    POST("state", "cursor-kept", "new() keeps an earlier walk's cursor", "kit->pos = NULL;", "", alone=True),
    PRE("state", "too-few-words", "the opaque struct is too small", "__opaque[2]", "__opaque[1]", alone=True),
    POST(
        "state",
        "too-many-words",
        "the opaque struct has a word too many",
        "__opaque[2]",
        "__opaque[3]",
        alone=True,
        excuse="works as well: only 8 bytes of the program's stack are lost",
    ),
    LETTER_TASK(
        "state",
        "cursor-not-stored",
        "the first element forever",
        "kit->pos = next_task(kit->pos); /*",
        "/*",
        alone=True,
    ),
    TASK(
        "state",
        "leader-kept",
        "new() keeps an earlier walk's process",
        "kit->leader = &init_task; kit->pos = kit->leader;",
        "kit->pos = &init_task;",
        alone=True,
    ),
    TASK(
        "state",
        "flags-not-stored",
        "new() keeps what an earlier walk visits",
        "kit->flags = flags;",
        "",
    ),
    CSS(
        "references",
        "get-each",
        "each element is acquired",
        "return kit->pos;",
        "if (kit->pos) css_get(kit->pos); return kit->pos;",
    ),
    CSS(
        "references",
        "put-each",
        "each element is put",
        "return kit->pos;",
        "if (kit->pos) css_put(kit->pos); return kit->pos;",
        alone=True,
    ),
    LETTER_CSS(
        "references",
        "get-start",
        "new() acquires the root",
        "kit->root = root;",
        "kit->root = root; css_get(root);",
    ),
    LETTER_CSS(
        "references",
        "get-refused",
        "a new() that fails acquires the root",
        REFUSE,
        "default: css_get(root); return -EINVAL;",
    ),
    PRE(
        "references",
        "put-at-end-only",
        "the root, acquired by new(), is put when the walk ends, but not when it is left",
        "kit->root = root;",
        "kit->root = root; css_get(root);",
        also=(
            (
                "if (!kit->pos) kit->root = NULL;",
                "if (!kit->pos) { css_put(kit->root); kit->root = NULL; }",
            ),
        ),
    ),
    POST(
        "references",
        "put-in-destroy",
        "destroy() puts the root, which nobody acquired",
        "bpf_iter_@_destroy(struct bpf_iter_@ *it) {",
        "bpf_iter_@_destroy(struct bpf_iter_@ *it) { struct bpf_iter_@_kern *kit = (void *)it;"
        "if (kit->root) css_put(kit->root);",
        alone=True,
    ),
    CSS(
        "locks",
        "rcu-not-unlocked",
        "next() begins a critical section and does not end it",
        "switch (kit->flags) {",
        "rcu_read_lock(); switch (kit->flags) {",
        alone=True,
    ),
    PRE(
        "locks",
        "rcu-unlocked",
        "next() ends a critical section that it has not begun",
        "return kit->pos;",
        "rcu_read_unlock(); return kit->pos;",
        alone=True,
    ),
    POST(
        "locks",
        "irqs-left-off",
        "new() leaves interrupts off",
        "kit->root = root;",
        "kit->root = root; local_irq_disable();",
        alone=True,
        excuse="undetectable without lockdep: the way back to user space turns them on again",
    ),
    LETTER_CSS(
        "locks",
        "sleeps",
        "next() sleeps",
        "switch (kit->flag) {",
        "schedule_timeout_uninterruptible(1); switch (kit->flag) {",
        alone=True,
    ),
    TASK(
        "references",
        "get-each",
        "each thread is acquired",
        "if (!pos) return NULL;",
        "if (!pos) return NULL; get_task_struct(pos);",
    ),
    TASK(
        "references",
        "get-start",
        "new() acquires the task",
        "kit->pos = list_first_or_null_rcu(",
        "get_task_struct(task__nullable); kit->pos = list_first_or_null_rcu(",
    ),
    PROCESS(
        "references",
        "put-each",
        "each process is put",
        "return pos;",
        "put_task_struct(pos); return pos;",
        alone=True,
    ),
    PROCESS(
        "references",
        "get-each",
        "each process is acquired",
        "return pos;",
        "get_task_struct(pos); return pos;",
    ),
    LETTER_TASK(
        "references",
        "put-at-end-only",
        "the process, acquired by new(), is put when the walk ends, but not when it is left",
        "kit->task = task; kit->pos = NULL;",
        "kit->task = get_task_struct(task); kit->pos = NULL;",
        also=(
            (
                LIST,
                LIST.replace("break;", "if (!kit->pos) put_task_struct(kit->task); break;"),
            ),
        ),
    ),
    LETTER_TASK(
        "references",
        "get-refused",
        "a new() that fails acquires the task",
        REFUSE,
        "default: get_task_struct(task); return -EINVAL;",
    ),
    PROCESS(
        "locks",
        "sleeps",
        "next() sleeps",
        RING,
        "schedule_timeout_uninterruptible(1); " + RING,
        alone=True,
    ),
    TASK(
        "locks",
        "lock-left",
        "next() leaves the process locked",
        "if (!pos) return NULL;",
        "if (!pos) return NULL; spin_lock(&pos->alloc_lock);",
        alone=True,
    ),
    PROCESS(
        "locks",
        "preemption-left-off",
        "new() leaves preemption off",
        "kit->pos = &init_task;",
        "kit->pos = &init_task; preempt_disable();",
        alone=True,
    ),
)
