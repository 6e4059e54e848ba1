# SPDX-License-Identifier: GPL-2.0-only
"""Which types of programs may use an iterator on a kernel, as far as its spec and its set say."""

from __future__ import annotations

from kiter.lower import programs
from kiter.spec.model import Spec
from kiter.target.profile import Profile

TYPES = ("tracing", "lsm", "iter", "struct_ops", "syscall", "sched_cls", "xdp", "cgroup_skb")
YES, NO, ASLEEP, UNKNOWN = "yes", "no", "sleepable", "?"


def row(it: Spec, profile: Profile) -> tuple[str, ...]:
    """A word for each of TYPES."""
    return tuple(_of(it, profile, kind) for kind in TYPES)


def types(it: Spec, profile: Profile) -> tuple[str, ...]:
    """All that may use it, sleepable or not, without iter, which is tracing."""
    every = sorted({kind for hook in profile.hooks.values() for kind in hook} - {"iter"})
    return tuple(kind for kind in every if _of(it, profile, kind) not in (NO, UNKNOWN))


def _of(it: Spec, profile: Profile, kind: str) -> str:
    registered = programs.registered(it, profile)
    can_sleep, known = (
        kind in profile.sleepable,
        registered is not None and not programs.anywhere(it, profile),
    )
    if known and kind not in programs.admitted(it, profile):
        return NO
    if it.context.sleepable and not can_sleep:
        return NO
    if registered is None or (kind not in registered and not programs.certain(it, profile)):
        return UNKNOWN
    if it.context.sleepable:
        return ASLEEP
    if it.context.allow and kind not in it.context.allow:
        return ASLEEP if can_sleep and "sleepable" in it.context.allow else NO
    return YES
