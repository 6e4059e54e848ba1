# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in what new() and next() check, and in what a failed new() leaves behind."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

CSS = partial(Mutant, "css.yaml")
TASK = partial(Mutant, "task.yaml")
LETTER_CSS = partial(Mutant, "letter/letter_css.yaml")
LETTER_TASK = partial(Mutant, "letter/letter_task.yaml")
PRE = partial(Mutant, "letter/css_pre.yaml")
POST = partial(Mutant, "letter/css_post.yaml")

REFUSE = "default: return -EINVAL;"
NO_TASK = "if (!task__nullable) return -EINVAL;"
GONE = "if (!pid_alive(task)) return -ESRCH;"

ALL = (
    CSS("flags", "any-accepted", "every value is accepted", REFUSE, "default: break;"),
    CSS(
        "flags",
        "high-bits-ignored",
        "bits that mean nothing are accepted",
        "switch (flags) {",
        "switch (flags & 0xff) {",
    ),
    CSS(
        "flags",
        "up-refused",
        "a good value is refused",
        "case BPF_CGROUP_ITER_DESCENDANTS_POST: case BPF_CGROUP_ITER_ANCESTORS_UP:",
        "case BPF_CGROUP_ITER_DESCENDANTS_POST:",
    ),
    CSS(
        "flags",
        "internal-accepted",
        "a value that the enum has but the iterator has not is accepted",
        REFUSE,
        "case BPF_CGROUP_ITER_SELF_ONLY: break; " + REFUSE,
    ),
    CSS("errno", "errno", "another errno", REFUSE, "default: return -EOPNOTSUPP;"),
    LETTER_CSS(
        "errno",
        "refused-silently",
        "0 for a refused value, the iterator being empty",
        REFUSE,
        "default: return 0;",
    ),
    LETTER_CSS(
        "errno",
        "positive",
        "new() returns 1",
        "kit->flag = flag; return 0;",
        "kit->flag = flag; return 1;",
    ),
    LETTER_CSS(
        "flags",
        "zero-accepted",
        "0 is taken for the first order",
        "switch (flag) {",
        "flag = flag ?: BPF_CGROUP_ITER_DESCENDANTS_PRE; switch (flag) {",
    ),
    CSS(
        "empty state",
        "no-empty-store",
        "a failed new() leaves what was there",
        "kit->start = NULL; switch",
        "switch",
    ),
    CSS(
        "empty state",
        "live-before-check",
        "a failed new() leaves a live state",
        "kit->start = NULL; switch",
        "kit->start = start; switch",
    ),
    LETTER_CSS(
        "empty state",
        "wrong-field-emptied",
        "the field that is emptied is not the one that next() looks at",
        "kit->root = NULL; switch",
        "kit->pos = NULL; switch",
    ),
    CSS(
        "NULL check",
        "no-check",
        "next() does not look whether the iterator is live",
        "if (!kit->start) return NULL;",
        "",
        alone=True,
    ),
    CSS(
        "NULL check",
        "check-inverted",
        "next() refuses live iterators",
        "if (!kit->start)",
        "if (kit->start)",
    ),
    POST(
        "NULL check",
        "no-check",
        "next() does not look whether the iterator is live",
        "if (!kit->root) return NULL;",
        "",
        alone=True,
    ),
    PRE(
        "NULL check",
        "no-check",
        "next() does not look whether the iterator is live",
        "if (!kit->root) return NULL;",
        "",
        alone=True,
        excuse="equivalent: css_next_descendant_pre(NULL, NULL) is NULL, and new() cannot fail",
    ),
    TASK("NULL check", "no-task-check", "NULL is accepted where a task is needed", NO_TASK, ""),
    TASK(
        "NULL check",
        "task-check-everywhere",
        "NULL is refused where no task is needed",
        "kit->pos = NULL; switch (flags) {",
        "kit->pos = NULL; if (!task__nullable) return -EINVAL; switch (flags) {",
    ),
    TASK(
        "NULL check",
        "no-check",
        "next() does not look whether the iterator is live",
        "if (!pos) return NULL;",
        "",
        alone=True,
    ),
    TASK(
        "errno",
        "no-task-errno",
        "another errno for a missing task",
        NO_TASK,
        NO_TASK.replace("EINVAL", "ESRCH"),
    ),
    TASK("flags", "any-accepted", "every value is accepted", REFUSE, "default: break;"),
    TASK(
        "flags",
        "threads-refused",
        "a good value is refused",
        "case BPF_TASK_ITER_ALL_PROCS: case BPF_TASK_ITER_ALL_THREADS: kit",
        "case BPF_TASK_ITER_ALL_PROCS: kit",
    ),
    TASK(
        "flags",
        "one-bit-ignored",
        "one bit that means nothing is accepted",
        "switch (flags) {",
        "switch (flags & ~BIT(17)) {",
    ),
    TASK(
        "empty state",
        "no-empty-store",
        "a failed new() leaves what was there",
        "kit->pos = NULL; switch",
        "switch",
    ),
    LETTER_TASK(
        "empty state",
        "no-empty-store",
        "a failed new() leaves what was there",
        "kit->task = NULL; switch",
        "switch",
    ),
    LETTER_TASK(
        "empty state",
        "live-before-check",
        "a failed new() leaves a live state",
        "kit->task = NULL; switch",
        "kit->task = task; switch",
    ),
    LETTER_TASK(
        "flags",
        "negative-accepted",
        "negative values are accepted",
        "switch (flag) {",
        "switch (abs(flag)) {",
    ),
    LETTER_TASK("errno", "errno", "another errno", REFUSE, "default: return -ENOENT;"),
    LETTER_TASK("start", "gone-accepted", "a start that has left the ring is accepted", GONE, ""),
    LETTER_TASK(
        "start",
        "gone-inverted",
        "a start that is in the ring is refused",
        "!pid_alive",
        "pid_alive",
    ),
    LETTER_TASK("errno", "gone-errno", "another errno for a start that has left", "-ESRCH;", "-ENOENT;"),
)
