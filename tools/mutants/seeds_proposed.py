# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in the proposed iterators: what is left out, given twice or late, wrong starts, puts."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

MAPS = partial(Mutant, "proposed/bpf_map.yaml")
CPUS = partial(Mutant, "proposed/cpumask.yaml")
IRQS = partial(Mutant, "proposed/irq.yaml")
NETS = partial(Mutant, "proposed/net.yaml")
PIDS = partial(Mutant, "proposed/pid.yaml")
OPEN = partial(Mutant, "proposed/open_file.yaml")
MOUNTS = partial(Mutant, "proposed/mount_up.yaml")
SOURCES = partial(Mutant, "proposed/wakeup_source.yaml")
FILES = partial(Mutant, "proposed/task_file.yaml")

ALL = (
    MAPS("elements", "skips", "every other map is left out", "prev->id + 1", "prev->id + 2"),
    MAPS(
        "elements",
        "wrong-start",
        "the first map is left out",
        "pos = bpf_iter_@_map_from(0);",
        "{ pos = bpf_iter_@_map_from(0); if (pos) bpf_map_put(pos);"
        " pos = bpf_iter_@_map_from(pos ? pos->id + 1 : 0); }",
    ),
    MAPS("holding", "lost-put", "a reference is lost in each step", "bpf_map_put(prev);", "(void)prev;"),
    MAPS(
        "holding",
        "lost-put-of-left",
        "a walk that is left keeps its map",
        "bpf_map_put(kit->pos);",
        "(void)kit->pos;",
    ),
    MAPS(
        "holding",
        "doubled-put",
        "a reference is dropped twice in each step",
        "bpf_map_put(prev);",
        "{ bpf_map_put(prev); bpf_map_put(prev); }",
        alone=True,
    ),
    CPUS("elements", "late", "the first CPU is left out", "kit->cpu = -1;", "kit->cpu = 0;"),
    IRQS("elements", "skips", "every other interrupt is left out", "(kit->pos) + 1", "(kit->pos) + 2"),
    IRQS("elements", "wrong-start", "the walk begins with interrupt 1", "+ 1 : 0", "+ 1 : 1"),
    IRQS("contract", "restarts", "the end is not marked", "if (!kit->pos) kit->live = false;", ""),
    NETS(
        "contract",
        "restarts",
        "it walks again",
        "if (!kit->pos) return NULL;",
        "if (!kit->pos) bpf_iter_@_new(it);",
    ),
    PIDS("elements", "skips", "a number behind another is left out", "(kit->pos) + 1", "(kit->pos) + 2"),
    PIDS(
        "elements",
        "twice",
        "some elements are given twice",
        "if (!kit->live) return NULL;",
        "static int asked; if (!kit->live) return NULL; if (kit->pos && asked++ % 8 == 3) return kit->pos;",
    ),
    PIDS("elements", "wrong-start", "the walk begins with number 2", ": 1,", ": 2,"),
    FILES("elements", "late", "the first file is left out", "kit->fd = 0;", "kit->fd = 1;"),
    FILES("elements", "skips", "every other file is left out", "kit->fd++", "kit->fd += 2"),
    FILES("holding", "lost-put", "a reference is lost in each step", "fput(prev);", "(void)prev;"),
    SOURCES(
        "elements",
        "wrong-start",
        "the first source is left out",
        "wakeup_sources_walk_start();",
        "wakeup_sources_walk_next(wakeup_sources_walk_start());",
    ),
    SOURCES(
        "contract",
        "restarts",
        "it walks again",
        "if (!kit->pos) return NULL;",
        "if (!kit->pos) bpf_iter_@_new(it);",
    ),
    OPEN("elements", "late", "the first file is left out", "kit->fd = 0;", "kit->fd = 1;"),
    OPEN(
        "holding",
        "lost-put",
        "a reference is lost in each step",
        "bpf_iter_@_drop(&kit->pos); memset(",
        "memset(",
    ),
    MOUNTS(
        "contract",
        "restarts",
        "the end restarts the walk",
        "bpf_iter_@_release(kit); return NULL;",
        "path_put(&data->pos); memset(&data->pos, 0, sizeof(data->pos)); return NULL;",
    ),
)
