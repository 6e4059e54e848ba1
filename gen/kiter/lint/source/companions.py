# SPDX-License-Identifier: GPL-2.0-only
"""I12: what the end of a walk leaves to companions."""

from __future__ import annotations

from kiter.lint.source.found import hits, where
from kiter.lint.source.model import Trio
from kiter.lint.source.table import Found, rule


@rule(
    "I12",
    "companion-state-cleared",
    "the end of the walk clears what companions read",
    "a companion cannot tell a walk that has ended from one that never began",
    kernel="kernel/sched/ext/ext.c, scx_dsq_move(), which moves a task after a full walk",
    hint="mark the end in a field that next() and destroy() alone read",
)
def companion_silenced(trio: Trio) -> Found:
    yield from hits(
        ((one, one.fault.spot) for one in where(trio, "drained", "silenced")),
        lambda one: f"companions read '{one.fault.subject}' after the end, too",
    )
