# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in walks over what holds elements: where a walk is, what it skips, where it ends."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

SOCKETS = partial(Mutant, "proposed/udp_sock.yaml")
LISTENERS = partial(Mutant, "proposed/tcp_listen.yaml")
DEVICES = partial(Mutant, "proposed/netdev.yaml")

ALL = (
    SOCKETS(
        "elements",
        "late",
        "the first half of the buckets is left out",
        "kit->bucket = 0;",
        "kit->bucket = net->ipv4.udp_table->mask / 2;",
    ),
    SOCKETS(
        "elements",
        "short",
        "each bucket ends behind its first socket",
        "kit->pos ? rcu_dereference_raw(hlist_next_rcu(&kit->pos->sk_node)) : NULL",
        "NULL",
    ),
    SOCKETS("elements", "stays", "a bucket is begun again and again", "kit->bucket++;", "", alone=True),
    SOCKETS(
        "contract",
        "restarts",
        "it walks again",
        "if (!kit->net) return NULL;",
        "if (!kit->net) bpf_iter_@_new(it, 0);",
    ),
    LISTENERS(
        "elements",
        "late",
        "the first half of the buckets is left out",
        "kit->bucket = 0;",
        "kit->bucket = net->ipv4.tcp_death_row.hashinfo->lhash2_mask / 2;",
    ),
    LISTENERS(
        "elements",
        "stays",
        "a bucket is begun again and again",
        "kit->passed = nr;",
        "kit->passed = 0;",
        alone=True,
    ),
    LISTENERS(
        "elements", "skips", "one is left out behind each", "kit->passed = nr;", "kit->passed = nr + 1;"
    ),
    LISTENERS("holding", "lost-put", "a reference is lost in each step", "sock_put(prev);", "(void)prev;"),
    LISTENERS(
        "holding",
        "lost-put-of-left",
        "a walk that is left keeps its socket",
        "sock_put(kit->pos);",
        "(void)kit->pos;",
    ),
    DEVICES("elements", "stays", "the first device comes forever", "xa_find_after(", "xa_find(", alone=True),
    DEVICES(
        "contract",
        "restarts",
        "it walks again",
        "if (!kit->net) return NULL;",
        "if (!kit->net) bpf_iter_@_new(it, 0, 0);",
    ),
)
