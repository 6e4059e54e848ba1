# SPDX-License-Identifier: GPL-2.0-only
"""Specs tried on a kernel, from their files to verdicts: what `kiter run` and `kiter watch` do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace

from kiter import frontend, tested
from kiter.cache.store import Cache
from kiter.cli._verdicts import Verdicts
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError
from kiter.kernel import kernels
from kiter.kernel.kernels import Kernel
from kiter.value_class import value_class
from kiter.vm import demonstrations, session, unchanged
from kiter.vm.demonstrations import Asked
from kiter.vm.job import VmJob
from kiter.vm.prototype import confined, job, prototypes, wider
from kiter.vm.session import VmResult
from kiter.vm.unchanged import Plan


@value_class
class Wish:
    """What a user wants to be tried.

    specs: the files and folders of specs
    kernel: where
    only: a pattern that selects tests, "" for all
    limit: the seconds that one test may take
    asked: what is wanted beside the selftests
    changed: whether what is as it was when it passed is left out
    harness: what runs the tests, as `kiter run --harness` names it
    whole: whether all tests run, so that the verdict is worth remembering
    """

    specs: Sequence[str]
    kernel: Kernel
    only: str = ""
    limit: int = 20
    asked: Asked = field(default_factory=Asked)
    changed: bool = False
    harness: str = "own"
    whole: bool = True


@value_class
class Prepared:
    """A wish made ready: which iterators, what is to be run for them, and what a user is told before."""

    plan: Plan
    job: VmJob
    warnings: tuple[Diagnostic, ...]


def ready(wish: Wish, cache: Cache) -> Prepared:
    """Everything up to building; raises KiterError with what is wrong with the specs."""
    target = kernels.profile_of(wish.kernel)
    read = frontend.of(wish.specs, target)
    left_out = confined(read.iterators)
    if len(left_out) == len(read.iterators):
        raise KiterError(*(replace(found, severity="error") for found in left_out), status=ENVIRONMENT)
    movable = tuple(it for it in read.iterators if not it.confined)
    made = prototypes(movable, target, wish.kernel, cache)
    plan = unchanged.plan(made, wish.kernel, cache, changed=wish.changed)
    plain = replace(job(plan.run, wish.kernel, cache, wish.only), limit=wish.limit)
    wanted = demonstrations.add(plain, plan.run, wish.kernel, target, wish.asked)
    return Prepared(plan, wanted, (*read.warnings, *left_out, *wider(movable, target)))


def judged(one: Prepared, wish: Wish, cache: Cache, run: Callable[[VmJob], VmResult]) -> Verdicts:
    """The verdicts of a run, which are remembered for the next one."""
    result = run(one.job) if one.plan.run else session.nothing(wish.kernel)
    verdicts = Verdicts(result, one.plan.run, wish.asked, one.plan.unchanged)
    for prototype in one.plan.run if wish.whole else ():
        passed = verdicts.passed(prototype)
        unchanged.remember(prototype, passed, wish.kernel, cache)
        if passed:
            ran = verdicts.run(prototype, wish.harness)
            tested.remember(prototype.it, kernels.profile_of(wish.kernel), ran, cache)
    return verdicts
