# SPDX-License-Identifier: GPL-2.0-only
"""Locks that are held during a step: what takes them, what drops them, what they need."""

from __future__ import annotations

from dataclasses import dataclass

from kiter.lower.kernel.steps import Scope
from kiter.spec.walk import Lock

FLAGS = "flags"


@dataclass(frozen=True, slots=True)
class Held:
    """One lock in C; `locals` maps the variables it wants to their types."""

    take: str
    drop: str
    locals: dict[str, str]


VERBS = {
    "mutex": ("mutex_lock({at});", "mutex_unlock({at});"),
    "spin": ("spin_lock({at});", "spin_unlock({at});"),
    "spin_irqsave": ("spin_lock_irqsave({at}, flags);", "spin_unlock_irqrestore({at}, flags);"),
    "raw_spin_irqsave": ("raw_spin_lock_irqsave({at}, flags);", "raw_spin_unlock_irqrestore({at}, flags);"),
}


def held(lock: Lock | None, scope: Scope) -> Held | None:
    """The lock of a walk as the functions after new() spell it."""
    if lock is None:
        return None
    at = scope.next(lock.at)
    take, drop = (verb.format(at=at) for verb in VERBS[lock.kind])
    return Held(take, drop, {FLAGS: "unsigned long"} if lock.kind.endswith("irqsave") else {})
