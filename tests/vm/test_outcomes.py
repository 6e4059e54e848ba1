# SPDX-License-Identifier: GPL-2.0-only
"""Iterators that are right, and wrong in every way there is, in a real kernel."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from kring import BROKEN, KRING, module

from kiter.cache.store import Cache
from kiter.kernel.kernels import installed
from kiter.vm.job import Options, VmJob
from kiter.vm.module import Module, build_modules
from kiter.vm.programs import Program
from kiter.vm.results import Outcome
from kiter.vm.session import AGAIN, MISTRANSLATED, VmResult, dry_run, run_session
from tools import testfile

pytestmark = pytest.mark.vm


@cache
def modules() -> dict[str, Module]:
    """The module of each case, all of them built by one make."""
    found = {name: Module(f"kiter_test_{name}", module(name)) for name in ("kiter_kring", *BROKEN)}
    build_modules(job().kernel.headers, list(found.values()), Cache())
    return found


@cache
def job() -> VmJob:
    kernels = installed()
    if not kernels:
        pytest.skip("no kernel with headers is installed")
    return VmJob(
        kernel=kernels[-1],
        programs=tuple(Program(p.stem, p.read_text()) for p in sorted((KRING / "progs").glob("*.c"))),
        tests=tuple(testfile.read(p.stem, p.read_text()) for p in sorted((KRING / "prog_tests").glob("*.c"))),
        types=(KRING / "types.h").read_text(),
        declarations=(KRING / "declarations.h").read_text(),
    )


def run(case: str, only: str = "", **changes: object) -> VmResult:
    return run_session(replace(job(), modules=(modules()[case],), only=only, **changes))


def checks(result: VmResult) -> dict[str, bool]:
    return {c.subtest: c.passed for c in result.report.checks if c.subtest}


def test_right_iterator_passes_every_check() -> None:
    result = run("kiter_kring")
    assert result.outcome is Outcome.PASS, result.report
    assert list(checks(result)) == [
        *("walk", "drained", "refused", "balanced", "cgroup"),
        *("walks", "leaks", "next without new", "outside_rcu"),
    ]
    assert all(checks(result).values())
    assert result.report.release == job().kernel.release
    assert {s.name for s in result.steps} == {"modules", "programs", "runner", "guest", "tests"}


def test_dry_run_prints_what_a_kept_folder_can_run(tmp_path: Path) -> None:
    case = replace(job(), modules=(modules()["kiter_kring"],), only="kring_iter/refused")
    keep = tmp_path / "keep"
    printed = dry_run(case, Options(keep=keep))
    assert not keep.exists()
    assert run_session(case, Options(keep=keep)).outcome is Outcome.PASS
    assert (keep / "commands.sh").read_text() == printed
    for _ in range(AGAIN):
        (keep / "results.jsonl").unlink()
        done = subprocess.run(["sh", "-e", keep / "commands.sh"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if MISTRANSLATED not in (keep / "console.log").read_bytes():
            break
    assert b'"event":"end"' in (keep / "results.jsonl").read_bytes()


def test_leaked_reference_fails_a_test() -> None:
    result = run("leak")
    assert result.outcome is Outcome.TEST_FAILED
    assert [name for name, passed in checks(result).items() if not passed] == ["balanced"]
    failed = next(c for c in result.report.checks if c.failures)
    assert (failed.failures[0].file, failed.failures[0].name) == ("kring_iter.c", "references")


def test_program_that_the_verifier_refuses() -> None:
    result = run("unreleasable", "kring_iter/walk")
    assert result.outcome is Outcome.VERIFIER_REJECTED
    log = next(c for c in result.report.checks if c.rejected).logs[0]
    assert "sleepable" in log.decisive[-1]


@pytest.mark.parametrize(("case", "rule"), [("refused", "R55"), ("clash", "R41")])
def test_module_that_the_kernel_refuses(case: str, rule: str) -> None:
    result = run(case)
    assert result.outcome is Outcome.MODULE_REFUSED
    assert [m.errno for m in result.report.modules] == [22]
    assert not result.report.checks
    assert [d.code for d in result.refusals] == [rule]


def test_oops_is_shown_and_the_test_named() -> None:
    result = run("oops")
    assert result.outcome is Outcome.KERNEL_SPLAT
    splat = result.report.splats[0]
    assert splat.kind == "oops"
    assert any("bpf_iter_kring_next" in line for line in splat.lines)
    assert result.report.running == "kring_iter/walk"


def test_warning_is_a_splat_although_all_checks_pass() -> None:
    result = run("warn", "kring_iter/drained")
    assert result.outcome is Outcome.KERNEL_SPLAT
    assert all(checks(result).values())
    assert result.report.splats[0].kind == "warning"


@pytest.mark.parametrize("case", ["hang", "endless"])
def test_hang_ends_at_the_limit_and_names_the_test(case: str) -> None:
    result = run(case, limit=4)
    assert result.outcome is Outcome.HANG
    assert result.report.hang
    assert (result.report.hang.test, result.report.hang.subtest) == ("kring_iter", "walk")

    assert any("kring" in place or "bpf_prog" in place for place in result.report.hang.at)
