# SPDX-License-Identifier: GPL-2.0-only
"""Which types of programs may use an iterator on a kernel, as far as its spec says."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.spec.iterator import Iterator

SLEEPABLE = ("tracing", "lsm", "iter", "struct_ops", "syscall")  # kernel/bpf/verifier.c, can_be_sleepable()
TYPES = (*SLEEPABLE, "sched_cls", "xdp", "cgroup_skb")
# sets that are registered for some types only: kernel/sched/ext.c, scx_init()
JOINED: Mapping[str, tuple[str, ...]] = {"scx_kfunc_ids_any": ("struct_ops", "tracing", "syscall")}
# a program of an iterator is one of tracing
NAMES: Mapping[str, str] = {"iter": "TRACING"}
YES, NO, ASLEEP = "yes", "no", "sleepable"


def row(it: Iterator) -> tuple[str, ...]:
    """A word for each of TYPES."""
    return tuple(_of(it, kind) for kind in TYPES)


def _of(it: Iterator, kind: str) -> str:
    offered = it.programs or JOINED.get(it.place.join, TYPES)
    can_sleep = kind in SLEEPABLE
    if kind not in offered:
        return NO
    if it.context.sleepable:
        return ASLEEP if can_sleep else NO
    if it.context.allow and kind not in it.context.allow:
        return ASLEEP if can_sleep and "sleepable" in it.context.allow else NO
    return YES
