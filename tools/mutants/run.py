# SPDX-License-Identifier: GPL-2.0-only
"""Mutants to verdicts: modules with the bugs, judged in a virtual machine by the generated selftests."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import nearest
from kiter.vm.job import VmJob
from kiter.vm.module import build_modules
from kiter.vm.prototype import Prototype, job, prototypes
from kiter.vm.results import Check
from kiter.vm.session import VmResult, run_session
from tools.mutants.mutant import Mutant, mutated

SPECS = Path(__file__).parents[2] / "specs"
# a subtest takes a fraction of a second, and 4 where cgroups do not die; a busy host is slower
LIMIT = 15
DEADLINE, EACH = 40.0, 15.0  # a guest that its kernel has let down says nothing more


class By(enum.Enum):
    """What killed a mutant, earliest first; the last two are no kills."""

    COMPILE = "compile"
    LOAD = "load"
    VERIFIER = "verifier"
    TEST = "test"
    SPLAT = "splat"
    HANG = "hang"
    NOTHING = "survived"
    UNKNOWN = "no verdict"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant, and the words in which it was noticed."""

    mutant: Mutant
    by: By
    detail: str

    @property
    def killed(self) -> bool:
        """Whether anything noticed it."""
        return self.by not in {By.NOTHING, By.UNKNOWN}


class BrokenControlError(Exception):
    """The unmutated code does not pass: nothing can be said about mutants."""


@dataclass(frozen=True)
class Laboratory:
    """The prototypes of all the specs that have mutants, ready to be mutated and booted."""

    kernel: kernels.Kernel
    cache: Cache
    made: dict[str, Prototype]

    def check_all(self, mutants: Iterable[Mutant]) -> None:
        """Raises StaleMutantError if one of them does not fit the emitted code."""
        for mutant in mutants:
            made = self.made[mutant.spec]
            mutated(mutant, made.rendered, made.name)

    def control(self, mutants: Iterable[Mutant]) -> int:
        """Runs the same code without the bugs, and returns the number of its checks, all passed."""
        result = self._boot(self._job({m.spec: self.made[m.spec] for m in mutants}))
        wrong = [c.name for c in result.report.checks if not c.passed]
        if wrong or result.outcome.status:
            raise BrokenControlError(f"{result.outcome.value}: {', '.join(wrong)}")
        return len(result.report.checks)

    def judge(self, mutants: Sequence[Mutant]) -> list[Verdict]:
        """The verdicts on mutants of different iterators.

        They share a boot; if it does not come to a clean end, each gets one of its own, so that
        what went wrong is put down to the right one.
        """
        errors = self._errors(mutants)
        broken = [Verdict(m, By.COMPILE, said) for m, said in errors.items() if said]
        return broken + self._booted([m for m, said in errors.items() if not said])

    def _errors(self, mutants: Sequence[Mutant]) -> dict[Mutant, str]:
        """The first error of each that does not compile, "" for the others; modules stay in the cache."""
        try:
            build_modules(self.kernel.headers, self._with(mutants).modules, self.cache)
        except KiterError as error:
            if len(mutants) == 1:
                return {mutants[0]: _first_error(error)}
            return {m: said for one in mutants for m, said in self._errors([one]).items()}
        return dict.fromkeys(mutants, "")

    def _booted(self, mutants: Sequence[Mutant]) -> list[Verdict]:
        if not mutants:
            return []
        result = self._boot(self._with(mutants))
        if len(mutants) == 1:
            return [_alone(mutants[0], self.made[mutants[0].spec], result)]
        if _clean(result):
            return [_shared(m, self.made[m.spec], result) for m in mutants]
        return [verdict for m in mutants for verdict in self._booted([m])]

    def _boot(self, wanted: VmJob) -> VmResult:
        return run_session(wanted, cache=self.cache)

    def _with(self, mutants: Iterable[Mutant]) -> VmJob:
        return self._job({m.spec: _seeded(m, self.made[m.spec]) for m in mutants})

    def _job(self, chosen: Mapping[str, Prototype]) -> VmJob:
        """The job that runs these, by spec."""
        # the types of all are there in every boot, or else the programs would be compiled anew
        whole = job(tuple({**self.made, **chosen}.values()), self.kernel, self.cache)
        names = {p.name for p in chosen.values()}
        tests = {p.test for p in chosen.values()}
        return replace(
            whole,
            modules=tuple(m for m in whole.modules if m.name.removeprefix("kiter_") in names),
            programs=tuple(p for p in whole.programs if p.name.removesuffix("_failure") in tests),
            tests=tuple(t for t in whole.tests if t.name in tests),
            limit=LIMIT,
            deadline=DEADLINE + EACH * len(names),
        )


def _seeded(mutant: Mutant, made: Prototype) -> Prototype:
    return replace(made, rendered=mutated(mutant, made.rendered, made.name))


def laboratory(specs: Iterable[str]) -> Laboratory:
    """Prototypes of those specs that the kernel is new enough for; raises KiterError as these do."""
    kernel = kernels.find(os.environ.get("KITER_KERNEL", ""))
    cache = Cache()
    target = nearest(kernel.release)
    built = {name: resolve(load(SPECS / name), target.number) for name in sorted(set(specs))}
    built = {name: it for name, it in built.items() if it.since <= target.number}
    made = prototypes(built.values(), target, kernel, cache)
    return Laboratory(kernel, cache, dict(zip(built, made, strict=True)))


def _clean(result: VmResult) -> bool:
    """Whether what the tests say can be put down to the iterators that they test."""
    report = result.report
    loaded = not any(m.errno for m in report.modules)
    return loaded and report.complete and not (report.hang or report.splats or report.taint & ~_MODULES)


# a module that is unsigned (1 << 13) and from out of the tree (1 << 12) is what we load
_MODULES = 1 << 12 | 1 << 13


def _shared(mutant: Mutant, made: Prototype, result: VmResult) -> Verdict:
    return _tested(mutant, made, result) or Verdict(mutant, By.NOTHING, "every check passes")


def _tested(mutant: Mutant, made: Prototype, result: VmResult) -> Verdict | None:
    own = [c for c in result.report.checks if c.test == made.test]
    failed = next((c for c in own if c.failures or c.crashed), None)
    if failed is None:
        if own:
            return None
        return Verdict(mutant, By.UNKNOWN, "the test did not run")
    return Verdict(mutant, By.VERIFIER if failed.rejected else By.TEST, _words(failed))


def _alone(mutant: Mutant, made: Prototype, result: VmResult) -> Verdict:
    """The first thing that was noticed: a test that fails before the kernel dies has found the bug."""
    report = result.report
    for module in report.modules:
        if module.errno:
            codes = ", ".join(d.code for d in result.refusals)
            return Verdict(mutant, By.LOAD, f"errno {module.errno} {codes}".strip())
    verdict = _tested(mutant, made, result)
    if verdict and verdict.killed:
        return verdict
    if report.splats:
        during = f" during {report.running}" if report.running else ""
        return Verdict(mutant, By.SPLAT, report.splats[0].headline + during)
    if report.hang:
        return Verdict(mutant, By.HANG, report.hang.subtest or report.hang.test or "the guest")
    if not report.complete:
        return Verdict(mutant, By.UNKNOWN, "the guest ended early")
    return verdict or Verdict(mutant, By.NOTHING, "every check passes")


def _words(check: Check) -> str:
    name = check.subtest or "the test itself"
    if check.failures:
        return f"{name}: {check.failures[0].name}"
    return f"{name}: ended by {check.crashed}"


def _first_error(error: KiterError) -> str:
    said = "\n".join(f"{d.message}\n{d.reason}" for d in error.diagnostics)
    lines = [line.strip() for line in said.splitlines() if "rror" in line]
    first = lines[0] if lines else said.splitlines()[0]
    return first.partition("error: ")[2] or first
