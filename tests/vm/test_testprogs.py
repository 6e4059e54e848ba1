# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own test_progs and our harness: the same tests, the same verdicts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kiter.cache.store import Cache
from kiter.errors import KiterError
from kiter.kernel import sources
from kiter.kernel.kernels import Kernel, installed
from kiter.lower.selftests.shared import TEMPLATES
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import nearest
from kiter.vm import session
from kiter.vm.job import VmJob
from kiter.vm.programs import Program
from kiter.vm.prototype import job, prototypes
from kiter.vm.results import Outcome, read_report
from kiter.vm.runner import Test
from kiter.vm.testprogs import harness, log, make
from kiter.vm.testprogs import tree as build_tree

LETTER = Path(__file__).parents[2] / "specs/letter"

TEST = """\
// SPDX-License-Identifier: GPL-2.0-only
static void check_drained(struct x *skel)
{
	ASSERT_EQ(skel->bss->revived, 0, "stays_drained");
}

void test_x(void)
{
	if (!ASSERT_OK_PTR(x__open_and_load(), "open_and_load"))
		return;
}
"""


SHARED = """\
static void iter_check_drained(struct iter_test *t)
{
	iter_check_ends(t);
	ASSERT_EQ(t->revived, 0, "stays_drained");
}
"""


def said(*lines: str, **end: int) -> bytes:
    """The events of a guest in which the test x printed these lines, 10 ms apart."""
    events: list[dict[str, object]] = [{"event": "boot", "release": "6.12.1", "us": 1}]
    events.append({"event": "test", "test": "x"})
    for number, line in enumerate(lines, 1):
        events.append({"event": "line", "test": "x", "us": number * 10_000, "text": line})
    events.append({"event": "test_end", "test": "x", "us": 5, "signal": 0, "status": 0, "skipped": 0, **end})
    events.append({"event": "end", "taint": 0, "us": 6})
    raw = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    return log.events(raw, [Test("x_tests", TEST, ("test_x",), ())], {"prog_tests/iter_tests.h": SHARED})


def test_verdicts_of_subtests_and_the_time_they_took() -> None:
    report = read_report(said("#1/1     x/walk all:OK", "#1/2     x/null:SKIP", "#1       x:OK"), "")
    assert [(c.subtest, c.passed, c.skipped) for c in report.checks] == [
        *(("walk all", True, False), ("null", False, True), ("", True, False)),
    ]
    assert report.checks[1].seconds == pytest.approx(0.01)
    assert report.outcome is Outcome.PASS


def test_failed_assertion_is_found_in_the_source() -> None:
    line = "check_drained:FAIL:stays_drained unexpected stays_drained: actual 7 != expected 0"
    (check, whole) = read_report(said(line, "#1/1 x/contract:FAIL", "#1 x:FAIL"), "").checks
    failure = check.failures[0]
    assert (failure.file, failure.line, failure.name) == ("x_tests.c", 4, "stays_drained")
    assert failure.text == "unexpected stays_drained: actual 7 != expected 0"
    assert not whole.failures


def test_failed_assertion_is_found_in_a_header() -> None:
    lines = ("iter_check_drained:FAIL:stays_drained unexpected stays_drained: actual 7 != expected 0",)
    (check, _) = read_report(said(*lines, "#1/1 x/contract:FAIL", "#1 x:FAIL"), "").checks
    assert [(f.file, f.line, f.name) for f in check.failures] == [("iter_tests.h", 4, "stays_drained")]


def test_program_that_the_library_could_not_load() -> None:
    lines = (
        "libbpf: prog 'walk': BPF program load failed: Permission denied",
        "libbpf: prog 'walk': -- BEGIN PROG LOAD LOG --",
        "0: R1=ctx()",
        "not allowed here",
        "-- END PROG LOAD LOG --",
        "test_x:FAIL:open_and_load unexpected error: -13",
        "#1 x:FAIL",
        "All error logs:",
        "#1 x:FAIL",
    )
    report = read_report(said(*lines), "")
    assert report.outcome is Outcome.VERIFIER_REJECTED
    (check,) = report.checks
    assert (check.logs[0].program, check.logs[0].decisive[-1]) == ("walk", "not allowed here")
    assert [f.line for f in check.failures] == [9]
    assert report.output == (("x", lines[0]),)


def test_refusal_with_other_words_than_expected() -> None:
    lines = (
        *("VERIFIER LOG:", "=============", "other words", "============="),
        "validate_msgs:FAIL:695 expect_msg",
        "EXPECTED   SUBSTR: 'these words'",
        "#1/1 x/leaks:FAIL",
        "#1 x:FAIL",
    )
    report = read_report(said(*lines), "")
    assert report.outcome is Outcome.TEST_FAILED
    check = report.checks[0]
    assert check.failures[0].text == "expect_msg EXPECTED   SUBSTR: 'these words'"
    assert (check.logs[0].rejected, check.logs[0].log) == (False, "other words\n")


def test_log_of_an_expected_refusal_is_no_finding() -> None:
    lines = ("VERIFIER LOG:", "=============", "refused", "=============", "#1/1 x/leaks:OK", "#1 x:OK")
    assert [c.logs for c in read_report(said(*lines), "").checks] == [(), ()]


def test_failure_without_a_word_is_still_one() -> None:
    report = read_report(said("#1/1 x/walk:FAIL", "#1 x:FAIL"), "")
    assert [bool(c.failures) for c in report.checks] == [True, False]


def test_crash_is_that_of_the_test() -> None:
    report = read_report(said("#1/1 x/walk:OK", "Caught signal #11!", signal=11), "")
    assert [(c.name, c.crashed) for c in report.checks] == [("x/walk", 0), ("x", 11)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "linux"
    for name in (
        "Makefile",
        "prog_tests/own.c",
        "progs/own.c",
        "progs/btf_data.c",
        "own.skel.h",
        "tools/x.c",
    ):
        path = top / build_tree.BPF / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (top / build_tree.BPF / "test_progs.c").write_text("")
    (top / build_tree.BPF / "bpf_experimental.h").write_text("#ifndef X\nextern int a;\n#endif\n")
    header = top / build_tree.BPF / "tools/include/vmlinux.h"
    header.parent.mkdir(parents=True)
    header.write_text("struct kernel;\n")
    return top


def test_tree_is_taken_without_its_tests_and_without_what_was_built(tree: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "store")
    source = build_tree.source("6.12.1", tree, cache)
    found = {p.name for p in source.path.rglob("*") if p.is_file()}
    assert found == {"Makefile", "test_progs.c", "btf_data.c", "bpf_experimental.h"}
    edited = tree / build_tree.BPF / "test_progs.c"
    edited.write_text("int main(void);\n")
    assert build_tree.source("6.12.1", tree, cache).path != source.path


def test_missing_source_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "INSTALLED", tmp_path)
    monkeypatch.setattr(sources, "folder", lambda: tmp_path)
    with pytest.raises(KiterError) as told:
        build_tree.source("6.12.9-cloud", None, Cache(tmp_path / "store"))
    assert told.value.status == 2
    assert (told.value.diagnostics[0].code, told.value.diagnostics[0].hint) == (
        *("R16", "install linux-source-6.12, or kiter kernels fetch 6.12"),
    )
    with pytest.raises(KiterError):
        build_tree.source("6.12.9-cloud", tmp_path, Cache(tmp_path / "store"))


def test_tests_are_laid_so_that_make_sees_only_what_changed(tree: Path, tmp_path: Path) -> None:
    base, top = make.Base(tree), tmp_path / "copy"
    make.copy(base, top)
    bpf = top / build_tree.BPF
    wanted = VmJob(
        kernel=Kernel("6.12.1", tmp_path, tmp_path),
        programs=(Program("a", "prog"),),
        tests=(Test.of("a", "test"),),
        types="struct a {};",
        declarations="extern int b;",
    )
    make.lay(top, base, wanted)
    assert [p.name for p in (bpf / "prog_tests").iterdir()] == ["a.c"]
    assert "extern int a;\nextern int b;\n#endif" in (bpf / "bpf_experimental.h").read_text()
    assert "struct a {};" in (top / make.VMLINUX_H).read_text()
    header = bpf / "tools/include/vmlinux.h"
    assert not header.exists()

    header.write_text("made")
    os.utime(bpf / "progs/a.c", (1, 1))
    make.lay(top, base, wanted)
    assert (bpf / "progs/a.c").stat().st_mtime == 1
    assert header.exists()
    make.lay(top, base, replace(wanted, types=""))
    assert not header.exists()


def test_copy_in_which_a_make_was_killed_is_made_anew(tree: Path, tmp_path: Path) -> None:
    cache, base = Cache(tmp_path / "store"), make.Base(tree)
    with make._build_folder(base, cache) as top:
        half = top / "half"
    half.write_text("")
    with make._build_folder(base, cache):
        assert half.exists()
    (top / make.BUSY).touch()
    with make._build_folder(base, cache):
        assert not half.exists()


# --- in a VM -----------------------------------------------------------------------------------


@cache
def letter() -> VmJob:
    """An iterator of cgroups and one of processes, neither of which the kernel has."""
    if not installed():
        pytest.skip("no kernel with headers is installed")
    kernel, cache = installed()[-1], Cache()
    try:
        build_tree.source(kernel.release, None, cache)
    except KiterError as told:
        pytest.skip(f"{told.diagnostics[0].message}: {told.diagnostics[0].hint}")
    target = nearest(kernel.release)
    its = [resolve(load(LETTER / name), target.number) for name in ("css_pre.yaml", "process.yaml")]
    return job(prototypes(its, target, kernel, cache), kernel, cache)


def verdicts(result: session.VmResult) -> Iterator[tuple[object, ...]]:
    """What the two must agree on; the wording of a failure is each harness's own."""
    for check in result.report.checks:
        written = {f"{check.test}.c", *(Path(path).name for path in TEMPLATES)}
        places = [(f.file, f.line, f.name) for f in check.failures if f.file in written]
        yield check.name, check.passed, check.skipped, check.rejected, places


def both(wanted: VmJob) -> session.VmResult:
    ours, theirs = session.run_session(wanted), harness.run_testprogs(wanted)
    assert list(verdicts(theirs)) == list(verdicts(ours))
    assert theirs.outcome is ours.outcome
    return theirs


@pytest.mark.vm
def test_both_pass_the_same_checks() -> None:
    result = both(letter())
    assert result.outcome is Outcome.PASS, result.report
    assert {check.test for check in result.report.checks} == {"css_pre_iter", "process_iter"}
    assert len(result.report.checks) > 40


@pytest.mark.vm
def test_both_find_what_is_broken() -> None:
    # once drained, never again: without this line the walk restarts
    line = "\t\tkit->root = NULL;\n"
    modules = tuple(replace(m, text=m.text.replace(line, "\t\t;\n")) for m in letter().modules)
    assert modules != letter().modules
    result = both(replace(letter(), modules=modules))
    assert result.outcome is Outcome.TEST_FAILED
    failed = [check.name for check in result.report.checks if check.failures]
    assert failed == ["css_pre_iter/contract all", "css_pre_iter/late all"]
    places = [place for *_, places in verdicts(result) for place in places]
    assert places and all(line for _, line, _ in places)


@pytest.mark.vm
def test_both_show_a_program_that_the_verifier_refuses() -> None:
    wanted = letter()
    flags = "KF_ITER_NEXT | KF_RET_NULL"
    modules = tuple(replace(m, text=m.text.replace(flags, f"{flags} | KF_SLEEPABLE")) for m in wanted.modules)
    assert modules != wanted.modules
    result = both(replace(wanted, modules=modules, only="css_pre_iter/walk*"))
    assert result.outcome is Outcome.VERIFIER_REJECTED
    (check,) = result.report.checks
    assert "sleepable" in check.logs[0].decisive[-1]


@pytest.mark.vm
def test_compiler_error_is_told() -> None:
    wanted = replace(letter(), programs=(*letter().programs, Program("wrong", "int x = y;\n")))
    with pytest.raises(KiterError) as told:
        harness.run_testprogs(wanted)
    (found,) = told.value.diagnostics
    assert found.code == "R17"
    assert "progs/wrong.c:1:9: error: use of undeclared identifier 'y'" in found.reason
