# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in the walks over cgroups: their ends, their elements, their orders."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

CSS = partial(Mutant, "css.yaml")
LETTER_CSS = partial(Mutant, "letter/letter_css.yaml")
PRE = partial(Mutant, "letter/css_pre.yaml")
POST = partial(Mutant, "letter/css_post.yaml")

STEP_PRE = "kit->pos = css_next_descendant_pre(kit->pos, kit->start);"
STEP_POST = "kit->pos = css_next_descendant_post(kit->pos, kit->root);"
STEP_UP = "kit->pos = kit->pos ? kit->pos->parent : kit->start;"

ALL = (
    CSS("end", "restarts", "the end is not marked", "if (!kit->pos) kit->start = NULL;", ""),
    CSS(
        "end",
        "marks-cursor",
        "the end is marked in the wrong field",
        "kit->start = NULL; return",
        "kit->pos = NULL; return",
    ),
    CSS(
        "end",
        "marks-one-order",
        "the end is marked for one of the orders",
        "if (!kit->pos) kit->start",
        "if (!kit->pos && kit->flags == BPF_CGROUP_ITER_DESCENDANTS_PRE) kit->start",
    ),
    CSS(
        "end",
        "last-remembered",
        "at the end the walk stays on the last element, and sees what comes behind it",
        STEP_PRE,
        "start = css_next_descendant_pre(kit->pos, kit->start); if (start) kit->pos = start; return start;",
        also=(
            (
                "if (!kit->start) return NULL;",
                "struct cgroup_subsys_state *start; if (!kit->start) return NULL;",
            ),
        ),
    ),
    CSS(
        "end",
        "root-own-parent",
        "the root is its own parent",
        "kit->pos->parent : kit->start",
        "(kit->pos->parent ?: kit->pos) : kit->start",
        alone=True,
    ),
    LETTER_CSS("end", "restarts", "the end is not marked", "if (!kit->pos) kit->root = NULL;", ""),
    PRE("end", "restarts", "the end is not marked", "if (!kit->pos) kit->root = NULL;", ""),
    POST(
        "end",
        "ends-at-once",
        "the end is marked after the first element",
        "if (!kit->pos) kit->root = NULL;",
        "kit->root = NULL;",
    ),
    CSS("elements", "up-skips-first", "the start is left out", ": kit->start;", ": kit->start->parent;"),
    CSS(
        "elements",
        "up-skips-last",
        "the root is left out",
        STEP_UP,
        STEP_UP + "if (kit->pos && !kit->pos->parent) kit->pos = NULL;",
    ),
    CSS(
        "elements",
        "parent",
        "the element's parent is returned",
        "return kit->pos;",
        "return kit->pos ? kit->pos->parent : NULL;",
    ),
    CSS(
        "elements",
        "stale",
        "the element before is returned",
        "switch (kit->flags) {",
        "struct cgroup_subsys_state *stale = kit->pos; switch (kit->flags) {",
        also=(("return kit->pos;", "return kit->pos && stale ? stale : kit->pos;"),),
    ),
    LETTER_CSS(
        "elements",
        "pre-skips-first",
        "the root is left out",
        "kit->pos = NULL; kit->flag",
        "kit->pos = flag == BPF_CGROUP_ITER_DESCENDANTS_PRE ? root : NULL; kit->flag",
    ),
    LETTER_CSS(
        "elements",
        "post-skips-last",
        "the root is left out",
        STEP_POST,
        STEP_POST + " if (kit->pos == kit->root) kit->pos = NULL;",
    ),
    LETTER_CSS(
        "elements",
        "escapes",
        "the walk leaves its root's subtree",
        "css_next_descendant_pre(kit->pos, kit->root)",
        "css_next_descendant_pre(kit->pos ?: kit->root, &kit->root->cgroup->root->cgrp.self)",
    ),
    PRE(
        "elements",
        "only-first-child",
        "the walk goes down only",
        "css_next_descendant_pre(kit->pos, kit->root)",
        "css_next_descendant_pre(kit->pos, kit->pos ?: kit->root)",
    ),
    PRE(
        "elements",
        "skips-first",
        "the root is left out",
        "kit->pos = NULL; return 0;",
        "kit->pos = root; return 0;",
    ),
    POST(
        "elements",
        "last-twice",
        "the root comes twice",
        "kit->root = NULL;",
        "kit->root = NULL; else if (kit->pos == kit->root) kit->pos = NULL;",
        also=(("return kit->pos;", "return kit->root && !kit->pos ? kit->root : kit->pos;"),),
        alone=True,
    ),
    CSS(
        "order",
        "pre-is-post",
        "children before parents",
        "css_next_descendant_pre(",
        "css_next_descendant_post(",
    ),
    CSS(
        "order",
        "post-is-pre",
        "parents before children",
        "css_next_descendant_post(kit",
        "css_next_descendant_pre(kit",
    ),
    CSS("order", "up-is-pre", "down instead of up", STEP_UP, STEP_PRE),
    LETTER_CSS(
        "order",
        "falls-through",
        "a missing break",
        "css_next_descendant_pre(kit->pos, kit->root); break;",
        "css_next_descendant_pre(kit->pos, kit->root); fallthrough;",
    ),
    POST(
        "order",
        "post-is-pre",
        "parents before children",
        "css_next_descendant_post(kit",
        "css_next_descendant_pre(kit",
    ),
)
