# SPDX-License-Identifier: GPL-2.0-only
"""Several mutants in a boot: whom what went wrong is put down to. No machine is booted here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiter.cache.store import Cache
from kiter.errors import ENVIRONMENT, KiterError
from kiter.generate import generate
from kiter.kernel.kernels import Kernel
from kiter.mutants import laboratory
from kiter.mutants.derived import derived
from kiter.mutants.laboratory import Laboratory, Placed, Places
from kiter.mutants.verdict import By
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import profile
from kiter.vm import unchanged
from kiter.vm.job import VmJob
from kiter.vm.module import Module
from kiter.vm.prototype import Prototype
from kiter.vm.qemu import tcg
from kiter.vm.results import Check, Failure, Hang, ModuleLoad, read_report
from kiter.vm.session import VmResult

SPEC = "num.yaml"
PROFILE = profile("6.12")
IT = resolve(load(Path(__file__).parents[2] / "specs" / SPEC), PROFILE.number)
MUTANTS = tuple(m for m in derived(SPEC, IT, generate(IT, PROFILE)) if m.within)[:6]
ONE, TWO, THREE, *REST = MUTANTS


def prototype(number):
    name = f"num_m{number}"
    return Prototype(IT, name, generate(replace(IT, name=name), PROFILE))


RIGHT, *MUTABLE = map(prototype, range(len(MUTANTS) + 1))
SEEDED = {Placed(m, p).seeded.rendered.material.unit: m for m in MUTANTS for p in MUTABLE}


class Machine:
    """Instead of a virtual machine: `does` says what each bug does, `boots` which bugs were in which boot."""

    def __init__(self, does):
        self.does = does
        self.boots = []

    def boot(self, job, cache):
        seeded = [SEEDED.get(m.text) for m in job.modules]
        self.boots.append([m for m in seeded if m])
        return self.result(list(zip(job.modules, seeded, strict=True)))

    def result(self, modules):
        report = replace(read_report(b"", ""), complete=True)
        checks, harmed = [], False
        for module, mutant in modules:
            does, test = self.does.get(mutant, ""), f"{module.name.removeprefix('kiter_')}_iter"
            harmed = harmed or does == "harm"
            if does == "refused":
                report = replace(report, modules=(ModuleLoad(module.name, -22),))
            elif does == "hang":
                report = replace(report, hang=Hang(test, "walk", 15.0), complete=False)
                break
            wrong = does == "fail" or (harmed and mutant is None)
            failures = (Failure("f", "x.c", 1, "how_many", ""),) if wrong else ()
            checks.append(Check(test, "walk", 0.1, failures))
        return VmResult(replace(report, checks=tuple(checks)), tcg(""), (), 0.0, "")


@pytest.fixture
def judge(monkeypatch, tmp_path):
    """judge(does) gives the verdicts on all mutants in one batch, and the boots that it took."""
    kernel = Kernel("6.12", tmp_path, tmp_path)
    lab = Laboratory(kernel, Cache(tmp_path / "cache"), {SPEC: Places(tuple(MUTABLE), RIGHT)}, "here")

    def job(made, *_):
        return VmJob(kernel, tuple(Module(f"kiter_{one.name}", one.rendered.material.unit) for one in made))

    def judged(does):
        machine = Machine(does)
        monkeypatch.setattr(laboratory, "run_session", machine.boot)
        verdicts = {v.mutant: v.by for v in lab.judged(MUTANTS, workers=1)}
        return verdicts, machine.boots

    monkeypatch.setattr(laboratory, "build_modules", lambda *_: {})
    monkeypatch.setattr(laboratory, "job", job)
    judged.lab = lab
    return judged


def test_those_that_harm_nobody_share_a_boot(judge):
    verdicts, boots = judge({ONE: "fail", THREE: "fail"})
    assert boots == [list(MUTANTS)]
    assert [m for m in MUTANTS if verdicts[m] is By.TEST] == [ONE, THREE]
    assert {verdicts[m] for m in (TWO, *REST)} == {By.NOTHING}


@pytest.mark.parametrize(("does", "by"), [("hang", By.HANG), ("refused", By.LOAD)])
def test_one_that_is_to_blame_is_tried_alone_and_the_others_again(judge, does, by):
    verdicts, boots = judge({TWO: does, THREE: "fail"})
    assert boots == [list(MUTANTS), [TWO], [ONE, THREE, *REST]]
    assert (verdicts[ONE], verdicts[TWO], verdicts[THREE]) == (By.NOTHING, by, By.TEST)


def test_one_that_makes_the_iterator_without_a_bug_fail_is_found_by_halving(judge):
    """It is not known which it was, so that no verdict of that boot is taken."""
    verdicts, boots = judge({TWO: "harm", THREE: "fail"})
    assert boots == [list(MUTANTS), [ONE, TWO, THREE], [ONE], [TWO, THREE], [TWO], [THREE], list(REST)]
    assert [m for m in MUTANTS if verdicts[m] is By.TEST] == [THREE]


def test_one_that_asks_for_it_has_a_boot_of_its_own(judge):
    alone = replace(TWO, alone=True)
    (first, second) = judge.lab.batches([ONE, alone, THREE])
    assert [one.mutant for one in first] == [alone]
    assert [one.mutant for one in second] == [ONE, THREE]


def test_a_verdict_is_remembered(judge):
    judge({ONE: "fail"})
    assert judge.lab.known(ONE).by is By.TEST
    assert judge.lab.known(replace(ONE, new="return -ENOMEM;")) is None


def test_a_verdict_holds_where_it_was_found_and_for_what_judges(judge, monkeypatch):
    judge({ONE: "fail"})
    assert replace(judge.lab, where="another kernel, tool or harness").known(ONE) is None
    monkeypatch.setattr(laboratory, "code_of", lambda _: "another judge")
    assert judge.lab.known(ONE) is None


def test_where_verdicts_hold_is_said_by_the_kernel_the_tools_and_the_harness(monkeypatch, tmp_path):
    monkeypatch.setattr(unchanged, "_built_with", lambda *_: ("a compiler",))
    kernel = Kernel("6.12", tmp_path / "image", tmp_path)

    def where():
        return laboratory.laboratory({}, PROFILE, kernel, Cache(tmp_path / "cache")).where

    first = where()
    assert where() == first
    kernel.image.write_bytes(b"another build of the same release")
    second = where()
    monkeypatch.setattr(unchanged, "_built_with", lambda *_: ("another compiler",))
    assert len({first, second, where()}) == 3


def test_tests_that_fail_without_a_bug_say_nothing(judge, monkeypatch):
    broken = replace(read_report(b"", ""), complete=True)
    broken = replace(
        broken, checks=(Check("num_m0_iter", "walk", 0.1, (Failure("f", "x.c", 1, "which", ""),)),)
    )
    monkeypatch.setattr(laboratory, "run_session", lambda *_, **__: VmResult(broken, tcg(""), (), 0.0, ""))
    with pytest.raises(KiterError) as raised:
        judge.lab.control(MUTANTS)
    assert raised.value.status == ENVIRONMENT
    (found,) = raised.value.diagnostics
    assert found.code == "R71" and "num_m0_iter/walk" in found.reason
