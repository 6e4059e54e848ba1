# SPDX-License-Identifier: GPL-2.0-only
"""What passed and is as it was then is left out when that is asked for; what failed is run first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kiter import frontend, tested
from kiter.cache.store import Cache
from kiter.cli.main import main
from kiter.generate import generate
from kiter.kernel import kernels
from kiter.kernel.kernels import Kernel
from kiter.output import Kind, Output
from kiter.target.profile import profile
from kiter.vm import session, unchanged
from kiter.vm.job import VmJob
from kiter.vm.module import Module
from kiter.vm.prototype import Prototype
from kiter.vm.results import read_report
from kiter.vm.session import VmResult

ROOT = Path(__file__).parents[2]
SPECS = ("process", "css_pre")


@pytest.fixture
def kernel() -> Kernel:
    if not kernels.installed():
        pytest.skip("no kernel is installed")
    return kernels.installed()[-1]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """One without verdicts, which asks nothing of kbuild."""
    monkeypatch.setattr(unchanged, "_built_with", lambda *_: ("a compiler",))
    return Cache(tmp_path / "cache")


def made(*names: str) -> list[Prototype]:
    its = frontend.read([ROOT / f"specs/letter/{name}.yaml" for name in names], profile("6.12")).iterators
    return [Prototype(it, it.name, generate(it, profile("6.12"))) for it in its]


def edited(name: str, folder: Path) -> Prototype:
    """Of the same file, which says something else now."""
    (before,) = made(name)
    path = folder / f"{name}.yaml"
    path.write_text(
        (ROOT / f"specs/letter/{name}.yaml").read_text().replace("summary: walk", "summary: visit")
    )
    (it,) = frontend.read([path], profile("6.12")).iterators
    assert generate(it, profile("6.12")).material.unit != before.rendered.material.unit
    return Prototype(before.it, name, before.rendered.using(generate(it, profile("6.12")).material))


def names(prototypes: tuple[Prototype, ...]) -> tuple[str, ...]:
    return tuple(prototype.name for prototype in prototypes)


def test_what_was_never_run_is_run_in_the_given_order(kernel, cache):
    plan = unchanged.plan(made(*SPECS), kernel, cache, changed=True)
    assert (names(plan.run), plan.unchanged) == (SPECS, ())


def test_what_passed_is_left_out_only_when_that_is_asked_for(kernel, cache):
    unchanged.remember(made("process")[0], True, kernel, cache)
    plan = unchanged.plan(made(*SPECS), kernel, cache, changed=True)
    assert (names(plan.run), names(plan.unchanged)) == (("css_pre",), ("process",))
    assert names(unchanged.plan(made(*SPECS), kernel, cache, changed=False).run) == SPECS


def test_what_is_otherwise_now_is_run(kernel, cache, tmp_path):
    unchanged.remember(made("process")[0], True, kernel, cache)
    assert names(unchanged.plan([edited("process", tmp_path)], kernel, cache, changed=True).run) == (
        "process",
    )


@pytest.mark.parametrize("kind", [Kind.SEQ_PROG, Kind.SEQ_TEST, Kind.TEST_HEADER])
def test_every_test_that_runs_counts(kernel, cache, kind):
    (one,) = made("process")
    before, after = (
        replace(one, rendered=replace(one.rendered, outputs=(Output.new(kind, "a", text),)))
        for text in ("/* one */\n", "/* two */\n")
    )
    unchanged.remember(before, True, kernel, cache)
    assert names(unchanged.plan([before], kernel, cache, changed=True).unchanged) == ("process",)
    assert names(unchanged.plan([after], kernel, cache, changed=True).run) == ("process",)


def test_a_module_that_tests_need_beside_it_counts(kernel, cache, monkeypatch):
    (one,) = made("process")
    unchanged.remember(one, True, kernel, cache)
    monkeypatch.setattr(unchanged, "modules", lambda _: (Module("kiter_with_it", "/* another */\n"),))
    assert names(unchanged.plan([one], kernel, cache, changed=True).run) == ("process",)


def test_another_tool_or_kernel_means_another_verdict(kernel, cache, monkeypatch):
    unchanged.remember(made("process")[0], True, kernel, cache)
    monkeypatch.setattr(unchanged, "_built_with", lambda *_: ("another compiler",))
    assert names(unchanged.plan(made("process"), kernel, cache, changed=True).run) == ("process",)


def test_what_failed_is_run_first_and_never_left_out(kernel, cache):
    unchanged.remember(made("css_pre")[0], False, kernel, cache)
    for changed in (False, True):
        plan = unchanged.plan(made(*SPECS), kernel, cache, changed=changed)
        assert (names(plan.run), plan.unchanged) == (("css_pre", "process"), ())


def reporting(failures: int, runs: list[VmJob]):
    """A run in which the one test has one subtest, with so many failures."""

    def run(job: VmJob, *_: object, **__: object) -> VmResult:
        runs.append(job)
        own = {"test": job.tests[0].functions[0].removeprefix("test_"), "subtest": "walk"}
        failed = {"event": "failure", "function": "f", "file": "f.c", "line": 1, "name": "n", "text": "t"}
        events = [{"event": "boot", "release": job.kernel.release}, *[failed | own] * failures]
        events += [{"event": "subtest_end"} | own, {"event": "test_end", "signal": 0, "status": 0} | own]
        events += [{"event": "end", "taint": 0}]
        raw = "\n".join(json.dumps(event) for event in events).encode()
        return VmResult(read_report(raw, ""), session.nothing(job.kernel).accelerator, (), 0.0, "")

    return run


@pytest.mark.parametrize("failures", [0, 1])
def test_run_changed_says_what_it_leaves_out(kernel, cache, monkeypatch, capsys, failures):
    seen: list[VmJob] = []
    monkeypatch.setattr(session, "run_session", reporting(failures, seen))
    spec = str(ROOT / "specs/letter/process.yaml")
    monkeypatch.setattr("kiter.cli.run.Cache", lambda: cache)
    statuses = [main(["run", "--changed", "--kernel", kernel.release, spec]) for _ in range(2)]
    assert statuses == [min(failures, 1)] * 2
    assert len(seen) == 1 + failures
    assert ("not run, as when it passed: process" in capsys.readouterr().out) is (failures == 0)
    (it,) = frontend.read([Path(spec)], profile("6.12")).iterators
    releases = [run.release for run in tested.runs(it, profile("6.12"), cache)]
    assert releases == [kernel.release] * (1 - failures), "a letter speaks of what passed alone"
