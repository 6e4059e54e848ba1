# SPDX-License-Identifier: GPL-2.0-only
"""Verdicts as text: a line for each spec, a table by kind, the survivors, the score; and docs/mutants.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kiter.mutants.mutant import Mutant
from kiter.mutants.tables import by_kind
from kiter.mutants.verdict import Verdict

LIMIT = 97.0


def score(verdicts: Sequence[Verdict]) -> float:
    """How many of a hundred were killed; one without a verdict was not."""
    return 100.0 * sum(v.killed for v in verdicts) / max(1, len(verdicts))


def listed(mutants: Iterable[Mutant]) -> Iterator[str]:
    """What there is."""
    for mutant in mutants:
        yield f"{mutant.name:<36}{mutant.kind:<14}{mutant.what}"


HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Written by `python -m tools.mutants --page`. -->
# Seeded bugs

`kiter mutate SPEC` seeds one bug at a time into the C of an iterator, builds it as a module, and runs the
generated selftests in a virtual machine: a bug that no compiler, verifier, test or splat notices has
survived. The bugs follow from what the spec and its C have: elements that are left out, come twice, late or
from another start; checks, stores, steps, calls, cases and flags left out; other errnos, bounds and choices;
references lost or put twice. `make mutants` does so for every spec, with the bugs
in tables below `tools/mutants/` beside them. This is what came out the last time.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the bugs on one kernel, and how many were not tried."""

    verdicts: tuple[Verdict, ...]
    untried: int


def page(results: Mapping[str, Result]) -> str:
    """What became of all of them, by the release of the kernel."""
    lines = [HEAD, "| kernel | seeded | killed | of a hundred | not tried |", "|---|---|---|---|---|"]
    found = {release: result.verdicts for release, result in results.items()}
    for release, result in results.items():
        killed, rate = sum(v.killed for v in result.verdicts), score(result.verdicts)
        row = (release, str(len(result.verdicts)), str(killed), f"{rate:.1f}", str(result.untried))
        lines.append(f"| {' | '.join(row)} |")
    lines += ["", "## By spec", "", *_table(found, lambda m: m.spec)]
    lines += ["", "## By kind", "", *_table(found, lambda m: m.kind)]
    lines += ["", "## Those that survived", "", *_lived(found)]
    return "\n".join(lines) + "\n"


def _table(found: Mapping[str, Sequence[Verdict]], of: Callable[[Mutant], str]) -> Iterator[str]:
    """Killed and seeded by something of a mutant, a column for each kernel."""
    yield f"| | {' | '.join(found)} |"
    yield f"|---{'|---' * len(found)}|"
    for name in sorted({of(v.mutant) for verdicts in found.values() for v in verdicts}):
        own = [[v for v in verdicts if of(v.mutant) == name] for verdicts in found.values()]
        cells = (f"{sum(v.killed for v in some)} of {len(some)}" if some else "-" for some in own)
        yield f"| {name} | {' | '.join(cells)} |"


def _lived(found: Mapping[str, Sequence[Verdict]]) -> Iterator[str]:
    yield "| bug | kernel | why |"
    yield "|---|---|---|"
    for release, verdicts in found.items():
        for v in (v for v in verdicts if not v.killed):
            why = v.mutant.excuse or f"not explained: {v.detail}"
            yield f"| {v.mutant.name}: {v.mutant.what} | {release} | {why} |"


def line(spec: str, found: Sequence[Verdict], seconds: float) -> str:
    """What came of one spec."""
    killed = sum(v.killed for v in found)
    return f"{seconds:>6.0f} s  {spec:<44}{killed:>4} of {len(found)}"


def summary(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """The table, those that live with the reason why, and the score."""
    yield ""
    yield from by_kind(verdicts)
    yield from _survivors([v for v in verdicts if not v.killed])
    killed = f"{sum(v.killed for v in verdicts)} of {len(verdicts)} killed"
    yield ""
    yield f"score: {killed}, {score(verdicts):.1f} % (at least {LIMIT:.0f} % wanted)"


def _survivors(living: Sequence[Verdict]) -> Iterator[str]:
    if living:
        yield ""
    for verdict in living:
        reason = verdict.mutant.excuse or f"NOT EXPLAINED ({verdict.detail})"
        yield f"{verdict.by.value}: {verdict.mutant.name}: {verdict.mutant.what}"
        yield f"    {reason}"
