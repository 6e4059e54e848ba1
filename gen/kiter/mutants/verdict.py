# SPDX-License-Identifier: GPL-2.0-only
"""What became of a mutant, told from what a guest has said."""

from __future__ import annotations

import enum

from kiter.errors import KiterError
from kiter.mutants.mutant import Mutant
from kiter.value_class import value_class
from kiter.vm.prototype import Prototype
from kiter.vm.results import Check
from kiter.vm.session import VmResult


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


@value_class
class Verdict:
    """What became of one mutant, and the words in which it was noticed."""

    mutant: Mutant
    by: By
    detail: str

    @property
    def killed(self) -> bool:
        """Whether anything noticed it."""
        return self.by not in {By.NOTHING, By.UNKNOWN}


# a module that is unsigned (1 << 13) and from out of the tree (1 << 12) is what we load
_MODULES = 1 << 12 | 1 << 13


def clean(result: VmResult) -> bool:
    """Whether what the tests say can be put down to the iterators that they test."""
    report = result.report
    loaded = not any(m.errno for m in report.modules)
    return loaded and report.complete and not (report.hang or report.splats or report.taint & ~_MODULES)


def shared(mutant: Mutant, made: Prototype, result: VmResult) -> Verdict:
    """The verdict on one of several in a boot that came to a clean end."""
    return _tested(mutant, made, result) or Verdict(mutant, By.NOTHING, "every check passes")


def alone(mutant: Mutant, made: Prototype, result: VmResult) -> Verdict:
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


def uncompiled(mutant: Mutant, error: KiterError) -> Verdict:
    """The verdict on one that does not compile: the first error."""
    said = "\n".join(f"{d.message}\n{d.reason}" for d in error.diagnostics)
    lines = [line.strip() for line in said.splitlines() if "rror" in line]
    first = lines[0] if lines else said.splitlines()[0]
    return Verdict(mutant, By.COMPILE, first.partition("error: ")[2] or first)


def _tested(mutant: Mutant, made: Prototype, result: VmResult) -> Verdict | None:
    own = [c for c in result.report.checks if c.test in made.tests]
    failed = next((c for c in own if c.failures or c.crashed), None)
    if failed is None:
        if own:
            return None
        return Verdict(mutant, By.UNKNOWN, "the test did not run")
    return Verdict(mutant, By.VERIFIER if failed.rejected else By.TEST, _words(failed))


def _words(check: Check) -> str:
    name = check.subtest or "the test itself"
    if check.failures:
        first = check.failures[0]
        return ": ".join(word for word in (name, first.name or first.text) if word)
    return f"{name}: ended by {check.crashed}"
