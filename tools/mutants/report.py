# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts as text: a line each, a table by kind, the survivors, the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.mutants.mutant import Mutant
from tools.mutants.run import By, Verdict

LIMIT = 95.0
COLUMNS = (By.COMPILE, By.LOAD, By.VERIFIER, By.TEST, By.SPLAT, By.HANG, By.NOTHING)


def score(verdicts: Sequence[Verdict]) -> float:
    """How many of a hundred were killed; one without a verdict was not."""
    return 100.0 * sum(v.killed for v in verdicts) / len(verdicts)


def listed(mutants: Sequence[Mutant]) -> Iterator[str]:
    """What there is."""
    for mutant in mutants:
        yield f"{mutant.name:<36}{mutant.kind:<14}{mutant.what}"


def line(verdict: Verdict, number: int, total: int, seconds: float) -> str:
    """One verdict as it comes in."""
    place = f"{number:>4}/{total} {seconds:>5.0f} s"
    return f"{place}  {verdict.mutant.name:<36}{verdict.by.value:<11}{verdict.detail}"


def summary(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The table, those that live with the reason why, and the score."""
    yield ""
    yield f"{'kind':<14}{'seeded':>8}{'killed':>8}" + "".join(f"{by.value:>10}" for by in COLUMNS)
    kinds = dict.fromkeys(v.mutant.kind for v in verdicts)
    for kind in kinds:
        yield _row(kind, [v for v in verdicts if v.mutant.kind == kind])
    yield _row("all", verdicts)
    yield from _survivors([v for v in verdicts if not v.killed])
    killed = f"{sum(v.killed for v in verdicts)} of {len(verdicts)} killed"
    yield ""
    yield f"score: {killed}, {score(verdicts):.1f} % (at least {LIMIT:.0f} % wanted)"


def _row(name: str, verdicts: Sequence[Verdict]) -> str:
    counts = [sum(v.by is by for v in verdicts) for by in COLUMNS]
    killed = sum(v.killed for v in verdicts)
    return f"{name:<14}{len(verdicts):>8}{killed:>8}" + "".join(f"{count or '-':>10}" for count in counts)


def _survivors(living: Sequence[Verdict]) -> Iterator[str]:
    if living:
        yield ""
    for verdict in living:
        reason = verdict.mutant.excuse or f"NOT EXPLAINED ({verdict.detail})"
        yield f"{verdict.by.value}: {verdict.mutant.name}: {verdict.mutant.what}"
        yield f"    {reason}"
