# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in the walks over tasks: rings, lists, and lists in rings."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

TASK = partial(Mutant, "task.yaml")
LETTER_TASK = partial(Mutant, "letter/letter_task.yaml")
PROCESS = partial(Mutant, "letter/process.yaml")

RING_END = "kit->pos == kit->start || (kit->pos == &init_task && kit->wrapped)"
AT = "at = kit->pos ? &kit->pos->thread_node : head;"
THREADS = "case ITERATE_THREAD: head = "
LIST = "kit->pos = list_next_or_null_rcu(head, at, struct task_struct,  thread_node); break;"
THREAD_AT = THREADS + "&kit->task->signal->thread_head; " + AT
ALL_AT = "do { head = &kit->task->signal->thread_head; " + AT
# each step goes to the head of the next process's list
LEADERS = (
    "do { if (kit->pos && (kit->task = next_task(kit->task)) == &init_task) { kit->pos = NULL; break; }"
    " head = &kit->task->signal->thread_head; at = head;"
)
ADVANCE = "kit->task = next_task(kit->task); if (kit->task"
EMPTY = "if (!pos) return NULL;"
RING = "pos = kit->pos; kit->pos = next_task(kit->pos);"

ALL = (
    LETTER_TASK(
        "start",
        "start-is-thread",
        "the walk starts at a thread, which is not in the ring",
        "task->group_leader",
        "task",
    ),
    LETTER_TASK(
        "start",
        "start-is-anchor",
        "the walk starts at the anchor",
        "kit->pos = kit->start;",
        "kit->pos = &init_task;",
    ),
    LETTER_TASK(
        "ring",
        "no-anchor",
        "only the start ends the walk",
        RING_END,
        "kit->pos == kit->start",
    ),
    LETTER_TASK(
        "ring",
        "never-wrapped",
        "passing the anchor is not noticed",
        "kit->wrapped = true",
        "kit->wrapped = false",
    ),
    LETTER_TASK(
        "ring",
        "wrapped-at-once",
        "the first sight of the anchor ends the walk",
        "kit->wrapped = false",
        "kit->wrapped = true",
    ),
    LETTER_TASK(
        "ring", "wrapped-kept", "new() keeps what an earlier walk has passed", "kit->wrapped = false;", ""
    ),
    LETTER_TASK(
        "ring",
        "start-does-not-end",
        "the walk goes twice round",
        RING_END,
        "kit->pos == &init_task && kit->wrapped",
    ),
    LETTER_TASK(
        "end",
        "ring-restarts",
        "the end is not marked",
        "kit->wrapped)) kit->task = NULL;",
        "kit->wrapped)) kit->flag = ITERATE_THREAD;",
    ),
    LETTER_TASK(
        "elements",
        "skips-start",
        "the start is left out",
        "kit->pos = kit->start;",
        "kit->pos = next_task(kit->start);",
    ),
    PROCESS(
        "elements",
        "skips-first",
        "init_task is left out",
        "kit->pos = &init_task;",
        "kit->pos = next_task(&init_task);",
    ),
    PROCESS(
        "elements",
        "skips-last",
        "the newest process is left out",
        "if (kit->pos == &init_task)",
        "if (next_task(kit->pos) == &init_task)",
    ),
    PROCESS(
        "elements",
        "every-second",
        "every second process is left out",
        "kit->pos = next_task(kit->pos);",
        "kit->pos = next_task(next_task(kit->pos));",
        alone=True,
    ),
    PROCESS(
        "elements",
        "parent",
        "the element's parent is returned",
        "return pos;",
        "return pos->real_parent;",
    ),
    PROCESS("elements", "next-one", "the element after is returned", "return pos;", "return kit->pos;"),
    PROCESS(
        "elements",
        "last-returned",
        "the end is an element, too",
        "if (kit->pos == &init_task) kit->pos = NULL; return pos;",
        "if (pos == &init_task) kit->pos = NULL; return pos;",
    ),
    PROCESS(
        "end",
        "endless",
        "the ring has no end",
        "if (kit->pos == &init_task) kit->pos = NULL;",
        "",
        alone=True,
    ),
    PROCESS(
        "end",
        "last-remembered",
        "at the end the walk stays on the last process, and sees what comes behind it",
        RING,
        "pos = kit->pos ? next_task(kit->pos) : &init_task;"
        " if (pos == &init_task && kit->pos) return NULL;"
        " kit->pos = pos; return pos;",
        also=(
            ("kit->pos = &init_task;", "kit->pos = NULL;"),
            ("if (!kit->pos) return NULL;", ""),
        ),
    ),
    PROCESS(
        "NULL check",
        "no-check",
        "next() does not look whether the iterator is live",
        "if (!kit->pos) return NULL;",
        "",
        alone=True,
    ),
    PROCESS(
        "elements",
        "start-from-current",
        "the walk starts from the current process",
        "kit->pos = &init_task;",
        "kit->pos = current->group_leader;",
    ),
    TASK(
        "elements",
        "given-task",
        "the walk starts from the given task",
        "kit->leader = &init_task;",
        "kit->leader = task__nullable ?: &init_task;",
    ),
    TASK(
        "elements",
        "first-twice",
        "init_task comes twice",
        EMPTY,
        EMPTY + " if (pos == &init_task && kit->leader) { kit->leader = NULL; return pos; }"
        " if (!kit->leader) kit->leader = &init_task;",
    ),
    LETTER_TASK(
        "list",
        "wrong-head",
        "the threads are those of the current process",
        THREADS + "&kit->task->signal",
        THREADS + "&current->signal",
    ),
    LETTER_TASK(
        "list", "at-head", "the first thread forever", THREAD_AT, THREAD_AT + " at = head;", alone=True
    ),
    LETTER_TASK(
        "list",
        "no-end-test",
        "the list's head is taken for an element",
        LIST,
        "kit->pos = list_entry_rcu(at->next, struct task_struct, thread_node); break;",
        alone=True,
    ),
    LETTER_TASK(
        "list",
        "skips-first",
        "the first thread is left out",
        "kit->task = task; kit->pos = NULL;",
        "kit->task = task; kit->pos = task->group_leader;",
    ),
    LETTER_TASK(
        "end",
        "last-remembered",
        "at the end the walk stays on the last thread, and sees what comes behind it",
        LIST,
        LIST.replace("kit->pos =", "pos =").replace("break;", "if (pos) kit->pos = pos; return pos;"),
    ),
    LETTER_TASK(
        "elements",
        "leader",
        "each thread's leader is returned",
        "return kit->pos;",
        "return kit->pos ? kit->pos->group_leader : NULL;",
    ),
    TASK("end", "restarts", "the end is not marked", "kit->leader == &init_task ? NULL : ", ""),
    TASK(
        "list",
        "walks-from-current",
        "the threads are those of the current process",
        "&task__nullable->signal",
        "&current->signal",
    ),
    LETTER_TASK(
        "nesting",
        "not-advanced",
        "the walk stays in the first process",
        "" + ADVANCE,
        "if (kit->task",
        alone=True,
    ),
    LETTER_TASK(
        "nesting",
        "no-outer-end",
        "the processes have no end",
        "if (kit->task == &init_task) kit->task = NULL; } while",
        "} while",
        alone=True,
    ),
    LETTER_TASK(
        "nesting",
        "one-process",
        "the walk ends with the first process",
        "} while (kit->task);",
        "} while (0);",
    ),
    LETTER_TASK(
        "nesting",
        "leaders-only",
        "the inner list is left after its first thread",
        ALL_AT,
        LEADERS,
    ),
    LETTER_TASK(
        "nesting",
        "advanced-twice",
        "every second process is left out",
        "kit->task = next_task(kit->task);",
        "kit->task = next_task(next_task(kit->task));",
        alone=True,
    ),
    TASK(
        "nesting",
        "not-reset",
        "the cursor of one process is kept in the next",
        "NULL : kit->leader;",
        "NULL : pos;",
        alone=True,
    ),
    TASK(
        "nesting",
        "first-skipped",
        "init_task's threads are left out",
        "kit->leader = &init_task;",
        "kit->leader = next_task(&init_task);",
    ),
    TASK(
        "nesting",
        "anchor-is-pid-1",
        "the processes end before they have begun",
        "kit->leader == &init_task ?",
        "kit->leader == next_task(&init_task) ?",
    ),
)
