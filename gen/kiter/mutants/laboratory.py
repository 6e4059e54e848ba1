# SPDX-License-Identifier: GPL-2.0-only
"""Mutants to verdicts: modules with the bugs, judged in a virtual machine by the generated selftests.

Several mutants of an iterator share a boot, each as a module under a name of its own, with a copy of the
selftests; beside them runs the iterator without a bug, so that one which harms the others is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from kiter.cache.keys import code_of, key_of
from kiter.cache.store import Cache
from kiter.errors import KiterError, environment
from kiter.kernel.kernels import Kernel
from kiter.mutants import verdict
from kiter.mutants.codes import CODES
from kiter.mutants.mutant import Mutant, StaleMutantError, mutated
from kiter.mutants.verdict import By, Verdict
from kiter.spec.model import Spec
from kiter.target.profile import Profile
from kiter.value_class import value_class
from kiter.vm import unchanged
from kiter.vm.job import VmJob
from kiter.vm.module import build_modules
from kiter.vm.prototype import Prototype, job, prototypes
from kiter.vm.session import VmResult, run_session

VERDICT, CONTROL = "mutant", "mutants"  # what the cache calls answers of these sorts
# a subtest takes a fraction of a second, and 4 where cgroups do not die; a busy host is slower
LIMIT = 15
DEADLINE, EACH = 40.0, 15.0  # a guest that its kernel has let down says nothing more
TOGETHER = 8  # how many share a boot


@value_class
class Places:
    """The prototypes of one iterator that may run side by side, and the one that stays right."""

    mutable: tuple[Prototype, ...]
    right: Prototype | None


@value_class
class Placed:
    """A mutant, and the prototype that gets the bug."""

    mutant: Mutant
    prototype: Prototype

    @property
    def seeded(self) -> Prototype:
        """The prototype with the bug; raises StaleMutantError if it does not fit."""
        made = self.prototype
        return replace(made, rendered=mutated(self.mutant, made.rendered, made.name))


Batch = tuple[Placed, ...]


@value_class
class Laboratory:
    """The prototypes of all the specs that have mutants, ready to be mutated and booted.

    A verdict is remembered by all that it depends on, so that a run which was ended goes on from there.

    kernel: what is booted
    cache: where verdicts are kept
    places: the prototypes, by the names of the specs
    where: the kernel, the harness and the tools, as unchanged.where() says
    """

    kernel: Kernel
    cache: Cache
    places: Mapping[str, Places]
    where: str

    def check_all(self, mutants: Iterable[Mutant]) -> None:
        """Raises StaleMutantError if one of them does not fit the emitted code."""
        for mutant in mutants:
            self._first(mutant).seeded  # noqa: B018 - it is tried whether it can be made

    def control(self, mutants: Iterable[Mutant]) -> int:
        """Runs the same code without the bugs, and returns the number of its checks.

        Raises KiterError R71 unless all pass: nothing can be said about mutants then.
        """
        chosen = [self.places[spec] for spec in dict.fromkeys(m.spec for m in mutants)]
        count = 0
        for places in chosen:
            count += self._control((places.right or places.mutable[0],))
        return count

    def _control(self, made: tuple[Prototype, ...]) -> int:
        key = self._key("control", *made)
        if known := self.cache.load(CONTROL, key):
            return int(str(known.value))
        result = self._boot(made)
        wrong = [c.name for c in result.report.checks if c.failures or c.crashed]
        if wrong or result.outcome.status:
            code = CODES["R71"]
            reason = f"{result.outcome.value}: {', '.join(wrong)}" if wrong else result.outcome.value
            raise environment("R71", code.title, reason, code.hint, made[0].rendered.spec)
        self.cache.store(CONTROL, key, len(result.report.checks))
        return len(result.report.checks)

    def known(self, mutant: Mutant) -> Verdict | None:
        """The verdict of an earlier run on the same texts, if there is one."""
        found = self.cache.load(VERDICT, self._key_of(self._first(mutant)))
        match found.value if found else None:
            case [str(by), str(detail)]:
                return Verdict(mutant, By(by), detail)
        return None

    def judged(self, mutants: Sequence[Mutant], workers: int) -> Iterator[Verdict]:
        """The verdicts, as they come in, with so many boots at a time.

        Raises StaleMutantError if one that is sound does not compile.
        """
        with ThreadPoolExecutor(workers) as pool:
            running = [pool.submit(self.judge, batch) for batch in self.batches(mutants)]
            for done in as_completed(running):
                yield from done.result()

    def batches(self, mutants: Sequence[Mutant]) -> list[Batch]:
        """What shares a boot; what needs its own comes first, for it takes longest."""
        whole: list[Batch] = [(self._first(m),) for m in mutants if m.alone]
        for spec in dict.fromkeys(m.spec for m in mutants):
            own = [m for m in mutants if m.spec == spec and not m.alone]
            slots = self.places[spec].mutable
            for start in range(0, len(own), len(slots)):
                whole.append(tuple(map(Placed, own[start : start + len(slots)], slots)))
        return whole

    def judge(self, batch: Batch) -> list[Verdict]:
        """The verdicts on mutants that may share a boot."""
        broken = self._errors(batch)
        verdicts = list(broken.values())
        verdicts += self._booted(tuple(one for one in batch if one.mutant not in broken))
        for found in verdicts:
            if found.by is not By.UNKNOWN:
                self.cache.store(
                    VERDICT, self._key_of(self._first(found.mutant)), [found.by.value, found.detail]
                )
        return verdicts

    def _first(self, mutant: Mutant) -> Placed:
        """The same place for a mutant in each run."""
        return Placed(mutant, self.places[mutant.spec].mutable[0])

    def _key_of(self, one: Placed) -> str:
        return self._key(one.mutant.name, one.seeded)

    def _key(self, name: str, *chosen: Prototype) -> str:
        """All that a guest gets of these, and what runs and judges it."""
        texts = (text for made in chosen for text in unchanged.texts(made))
        return key_of(name, code_of(__name__), self.where, *texts)

    def _errors(self, batch: Batch) -> dict[Mutant, Verdict]:
        """Those that do not compile; the modules of the others stay in the cache."""
        try:
            build_modules(self.kernel.headers, self._job([one.seeded for one in batch]).modules, self.cache)
        except KiterError as error:
            if len(batch) > 1:
                return {m: v for one in batch for m, v in self._errors((one,)).items()}
            (mutant,) = (one.mutant for one in batch)
            if mutant.sound:
                raise StaleMutantError(f"{mutant.name}: it does not compile") from error
            return {mutant: verdict.uncompiled(mutant, error)}
        return {}

    def _booted(self, batch: Batch) -> list[Verdict]:
        """If they do not come to a clean end, what went wrong is put down to the right one."""
        if not batch:
            return []
        if len(batch) == 1:
            ((mutant, made),) = ((one.mutant, one.prototype) for one in batch)
            return [verdict.alone(mutant, made, self._boot([one.seeded for one in batch]))]
        rights = {one.mutant.spec: self.places[one.mutant.spec].right for one in batch}
        right = [made for made in rights.values() if made]
        result = self._boot([*(one.seeded for one in batch), *right])
        if verdict.clean(result) and _pass(right, result):
            return [verdict.shared(one.mutant, one.prototype, result) for one in batch]
        return [found for part in _parts(batch, result) for found in self._booted(part)]

    def _boot(self, made: Sequence[Prototype]) -> VmResult:
        return run_session(self._job(made), cache=self.cache)

    def _job(self, made: Sequence[Prototype]) -> VmJob:
        # the types of all are there in every boot, or else the programs would be compiled anew
        named = {one.name: one for one in made}
        every = [one for p in self.places.values() for one in (*p.mutable, *([p.right] if p.right else []))]
        whole = job([named.get(one.name, one) for one in every], self.kernel, self.cache)
        return replace(
            job(made, self.kernel, self.cache),
            types=whole.types,
            declarations=whole.declarations,
            limit=LIMIT,
            deadline=DEADLINE + EACH * len(made),
        )


def _pass(right: Iterable[Prototype], result: VmResult) -> bool:
    """Whether the iterators without a bug pass beside the others."""
    tests = {test for made in right for test in made.tests}
    return all(c.passed or c.skipped for c in result.report.checks if c.test in tests)


def _parts(batch: Batch, result: VmResult) -> tuple[Batch, ...]:
    """What is tried again: the one that is to blame and the others, or two halves if nobody knows."""
    report = result.report
    refused = {m.name for m in report.modules if m.errno}
    running = report.hang.test if report.hang else report.running.partition("/")[0]
    blamed = tuple(
        one for one in batch if f"kiter_{one.prototype.name}" in refused or running in one.prototype.tests
    )
    if blamed:
        return (*((one,) for one in blamed), tuple(one for one in batch if one not in blamed))
    return batch[: len(batch) // 2], batch[len(batch) // 2 :]


def laboratory(
    its: Mapping[str, Spec], target: Profile, kernel: Kernel, cache: Cache, most: int = TOGETHER
) -> Laboratory:
    """Prototypes of iterators, which are called as in `its`; raises KiterError as these do.

    There are `most` mutants of one at most, so that no more of them need share a boot.
    """
    places = {name: _places(it, target, kernel, cache, min(most, TOGETHER)) for name, it in its.items()}
    return Laboratory(kernel, cache, places, unchanged.where(kernel, cache))


def _places(it: Spec, target: Profile, kernel: Kernel, cache: Cache, together: int) -> Places:
    """Side by side, each under a name of its own, without SEC("iter/..."); companions have one name only."""
    if it.companions or together == 1:
        return Places(prototypes((it,), target, kernel, cache), None)
    named = (replace(it, name=f"{it.name}_m{number}", seq=None) for number in range(together + 1))
    right, *mutable = prototypes(named, target, kernel, cache)
    return Places(tuple(mutable), right)
