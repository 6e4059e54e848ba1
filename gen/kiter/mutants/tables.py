# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts as a table: of each kind of bug how many were seeded, how many found, and by what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kiter.mutants.verdict import By, Verdict

COLUMNS = (By.COMPILE, By.LOAD, By.VERIFIER, By.TEST, By.SPLAT, By.HANG, By.NOTHING)


def by_kind(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Its lines: a head, a row for each kind, and their sum."""
    yield f"{'kind':<16}{'seeded':>8}{'found':>8}" + "".join(f"{by.value:>10}" for by in COLUMNS)
    for kind in dict.fromkeys(v.mutant.kind for v in verdicts):
        yield _row(kind, [v for v in verdicts if v.mutant.kind == kind])
    yield _row("all", verdicts)


def _row(name: str, verdicts: Sequence[Verdict]) -> str:
    counts = [sum(v.by is by for v in verdicts) for by in COLUMNS]
    killed = sum(v.killed for v in verdicts)
    return f"{name:<16}{len(verdicts):>8}{killed:>8}" + "".join(f"{count or '-':>10}" for count in counts)
