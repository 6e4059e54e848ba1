# SPDX-License-Identifier: GPL-2.0-only
"""Mutants to verdicts: modules with the bugs, judged in a virtual machine by the generated selftests."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kiter.cache.keys import key_of
from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import kernels
from kiter.output import TESTS, Rendered
from kiter.target.profile import Profile, nearest
from kiter.vm.job import VmJob
from kiter.vm.module import build_modules
from kiter.vm.prototype import Prototype, job, prototypes
from kiter.vm.results import Check
from kiter.vm.session import VmResult, run_session
from tools.mutants.catalogue import iterators
from tools.mutants.mutant import Mutant, StaleMutantError, mutated

VERDICT, CONTROL = "mutant", "mutants"  # what the cache calls answers of these sorts
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
    """The prototypes of all the specs that have mutants, ready to be mutated and booted.

    A verdict is remembered by the texts that it is about, so that a run which was ended goes on from there.
    """

    kernel: kernels.Kernel
    target: Profile
    cache: Cache
    made: dict[str, Prototype]

    def check_all(self, mutants: Iterable[Mutant]) -> None:
        """Raises StaleMutantError if one of them does not fit the generated code."""
        for mutant in mutants:
            made = self.made[mutant.spec]
            mutated(mutant, made.rendered, made.name)

    def control(self, mutants: Iterable[Mutant]) -> int:
        """Runs the same code without the bugs, and returns the number of its checks, all passed."""
        chosen = {m.spec: self.made[m.spec] for m in mutants}
        key = self._key("control", *chosen.values())
        if known := self.cache.load(CONTROL, key):
            return int(str(known.value))
        result = self._boot(self._job(chosen))
        wrong = [c.name for c in result.report.checks if not c.passed]
        if wrong or result.outcome.status:
            raise BrokenControlError(f"{result.outcome.value}: {', '.join(wrong)}")
        self.cache.store(CONTROL, key, len(result.report.checks))
        return len(result.report.checks)

    def known(self, mutant: Mutant) -> Verdict | None:
        """The verdict of an earlier run on the same texts, if there is one."""
        found = self.cache.load(VERDICT, self._key_of(mutant))
        match found.value if found else None:
            case [str(by), str(detail)]:
                return Verdict(mutant, By(by), detail)
        return None

    def judge(self, mutants: Sequence[Mutant]) -> list[Verdict]:
        """The verdicts on mutants of different iterators.

        They share a boot; if it does not come to a clean end, each gets one of its own, so that
        what went wrong is put down to the right one. Raises StaleMutantError if one that is sound does
        not compile.
        """
        errors = self._errors(mutants)
        broken = [_uncompiled(m, said) for m, said in errors.items() if said]
        verdicts = broken + self._booted([m for m, said in errors.items() if not said])
        for verdict in verdicts:
            if verdict.by is not By.UNKNOWN:
                self.cache.store(VERDICT, self._key_of(verdict.mutant), [verdict.by.value, verdict.detail])
        return verdicts

    def _key_of(self, mutant: Mutant) -> str:
        return self._key(mutant.name, _seeded(mutant, self.made[mutant.spec]))

    def _key(self, name: str, *chosen: Prototype) -> str:
        """All that a guest gets of these, beside what runs every test."""
        texts = (text for made in chosen for text in _texts(made.rendered))
        return key_of(name, self.kernel.release, *texts)

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
        return replace(
            job(tuple(chosen.values()), self.kernel, self.cache),
            types=whole.types,
            declarations=whole.declarations,
            limit=LIMIT,
            deadline=DEADLINE + EACH * len(chosen),
        )


def _texts(rendered: Rendered) -> Iterator[str]:
    yield rendered.material.unit
    yield from (output.text for output in rendered.outputs if output.kind in TESTS)


def _uncompiled(mutant: Mutant, said: str) -> Verdict:
    if mutant.sound:
        raise StaleMutantError(f"{mutant.name}: {said}")
    return Verdict(mutant, By.COMPILE, said)


def _seeded(mutant: Mutant, made: Prototype) -> Prototype:
    return replace(made, rendered=mutated(mutant, made.rendered, made.name))


def laboratory(release: str) -> Laboratory:
    """Prototypes of all that this kernel can have; raises KiterError as these do."""
    kernel, cache = kernels.find(release), Cache()
    target = nearest(kernel.release)
    its = iterators(target)
    made = prototypes(its.values(), target, kernel, cache)
    return Laboratory(kernel, target, cache, dict(zip(its, made, strict=True)))


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
