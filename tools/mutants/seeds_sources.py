# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in walks over what holds elements: where a walk is, what it steps over, where it ends."""

from __future__ import annotations

from functools import partial

from tools.mutants.mutant import Mutant

SOCKETS = partial(Mutant, "proposed/udp_sock.yaml")
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
    DEVICES("elements", "stays", "the first device comes for ever", "xa_find_after(", "xa_find(", alone=True),
    DEVICES(
        "contract",
        "restarts",
        "it walks again",
        "if (!kit->net) return NULL;",
        "if (!kit->net) bpf_iter_@_new(it, 0, 0);",
    ),
)
