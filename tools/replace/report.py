# SPDX-License-Identifier: GPL-2.0-only
"""What came out of both kernels, as the page docs/replace.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kiter.vm.conformance import Verdict
from kiter.vm.results import Check, GuestReport

HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Written by `make replace`. -->
# Replaced in a real kernel

`make replace` takes the sources of Linux {version}, builds a small kernel, and runs two suites on it: the
kernel's own selftests that use open-coded iterators, by the kernel's own `test_progs`, and the suite that
kiter generates, aimed at the kernel's own iterators, that of scx_dsq under a scheduler in whose queue tasks
wait. Then `kiter apply` puts the generated iterators in the place of the hand-written ones, the kernel is
built anew, and both suites run again. This is what came out the last time.
"""


@dataclass(frozen=True, slots=True)
class Contract:
    """The generated suite on one kernel: what the guest said, and each iterator's verdicts by rule."""

    report: GuestReport
    found: Mapping[str, tuple[Verdict, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One kernel: the seconds its build took, and what both suites say of it."""

    name: str
    seconds: float
    own: GuestReport
    contract: Contract
    versions: Mapping[str, str]


def status(before: Judged, after: Judged) -> int:
    """1 if a selftest that passed does not any more, or the contract suite is not clean afterwards."""
    whole = after.own.complete and after.contract.report.complete and not _splats(after)
    return 0 if whole and not lost(before, after) and not _broken(after) else 1


def lost(before: Judged, after: Judged) -> list[str]:
    """The kernel's own selftests that passed before and do not pass now."""
    passed = {c.name for c in after.own.checks if c.passed}
    return [c.name for c in before.own.checks if c.passed and c.name not in passed]


def _broken(judged: Judged) -> list[str]:
    return [name for name, found in judged.contract.found.items() if any(v.broken for v in found)]


def _splats(judged: Judged) -> list[str]:
    return [s.headline for r in (judged.own, judged.contract.report) for s in r.splats]


def page(before: Judged, after: Judged) -> str:
    """The whole page."""
    lines = [HEAD.format(version=before.versions["Linux"].partition("-")[0])]
    lines += ["| what | version |", "|---|---|"]
    lines += [f"| {what} | {version} |" for what, version in before.versions.items()]
    lines += ["", "## The kernel's own selftests", "", *_own(before, after)]
    lines += ["", "## The contract", "", *_contract(before, after)]
    return "\n".join(lines) + "\n"


def _own(before: Judged, after: Judged) -> Iterator[str]:
    yield f"| test | {before.name}: passed, failed, skipped | {after.name}: passed, failed, skipped |"
    yield "|---|---|---|"
    for test in dict.fromkeys(c.test for c in (*before.own.checks, *after.own.checks)):
        yield f"| {test} | {_counts(before.own.checks, test)} | {_counts(after.own.checks, test)} |"
    yield f"| all | {_counts(before.own.checks)} | {_counts(after.own.checks)} |"
    yield ""
    gone = lost(before, after)
    yield (
        f"Passed before and not any more: {', '.join(gone)}."
        if gone
        else "None that passed before fails now."
    )
    for judged in (before, after):
        if _splats(judged):
            yield f"The kernel {judged.name} complained: {'; '.join(_splats(judged))}."
    took = f"{before.seconds:.0f} s, and {after.seconds:.0f} s for the replaced one"
    yield f"Building what had changed took {took}."


def _counts(checks: Sequence[Check], test: str = "") -> str:
    """Subtests count one by one, and a test without any as one."""
    having = {c.test for c in checks if c.subtest}
    leaves = [c for c in checks if (c.subtest or c.test not in having) and test in ("", c.test)]
    found = Counter("passed" if c.passed else "skipped" if c.skipped else "failed" for c in leaves)
    return ", ".join(str(found[word]) for word in ("passed", "failed", "skipped"))


def _contract(before: Judged, after: Judged) -> Iterator[str]:
    yield f"| iterator | {before.name}: rules kept | {after.name}: rules kept |"
    yield "|---|---|---|"
    for name, found in before.contract.found.items():
        yield f"| {name} | {_kept(found)} | {_kept(after.contract.found.get(name, ()))} |"
    yield ""
    yield "testmod_seq lives in a module: only the kernel's own tests try it here."
    yield ""
    for judged in (before, after):
        yield from _breaches(judged)


def _kept(found: Sequence[Verdict]) -> str:
    checks = sum(len(v.tried) for v in found)
    return f"{sum(not v.broken for v in found)} of {len(found)}, in {checks} checks"


def _breaches(judged: Judged) -> Iterator[str]:
    for name, found in judged.contract.found.items():
        for verdict in (v for v in found if v.broken):
            yield f'- {name} {judged.name} breaks "{verdict.rule.title}" in {", ".join(verdict.broken)}.'
