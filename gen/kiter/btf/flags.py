# SPDX-License-Identifier: GPL-2.0-only
"""The KF_ flags of kfuncs by bit: include/linux/btf.h, Linux 6.12 and 7.3.

Releases differ in which flags they have (KF_TRUSTED_ARGS is gone from 7.3, which has bits 12 to 18
anew), but no bit has two meanings, so one table names the flags of every release.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FLAGS: Mapping[int, str] = MappingProxyType(
    {
        0: "KF_ACQUIRE",
        1: "KF_RELEASE",
        2: "KF_RET_NULL",
        4: "KF_TRUSTED_ARGS",
        5: "KF_SLEEPABLE",
        6: "KF_DESTRUCTIVE",
        7: "KF_RCU",
        8: "KF_ITER_NEW",
        9: "KF_ITER_NEXT",
        10: "KF_ITER_DESTROY",
        11: "KF_RCU_PROTECTED",
        12: "KF_FASTCALL",
        13: "KF_ARENA_RET",
        14: "KF_ARENA_ARG1",
        15: "KF_ARENA_ARG2",
        16: "KF_IMPLICIT_ARGS",
        17: "KF_SPINLOCK_SAFE",
        18: "KF_PERFMON",
    }
)


def names(flags: int) -> tuple[str, ...]:
    """The names of the flags that are set, in the order of their bits; a bit without a name by its number."""
    return tuple(FLAGS.get(bit, f"bit {bit}") for bit in range(32) if flags >> bit & 1)
