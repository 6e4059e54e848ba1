# SPDX-License-Identifier: GPL-2.0-only
"""`kiter run` on real kernels: what passes, and what goes wrong in each way that can be told apart."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli.main import main
from kiter.errors import KiterError
from kiter.fixtures.off import off
from kiter.kernel import kernels
from kiter.target.profile import profile, verified
from kiter.vm.prototype import confined, has_iterator, job, prototypes

ROOT = Path(__file__).parents[2]
SPECS = Path(__file__).parent / "specs"
pytestmark = [pytest.mark.vm, pytest.mark.xdist_group("vm")]
each_kernel = pytest.mark.parametrize("kernel", [target.release for target in verified()], indirect=True)


@pytest.fixture
def kernel(request: pytest.FixtureRequest) -> str:
    """A verified target whose kernel is here."""
    try:
        kernels.find(request.param)
    except KiterError as error:
        pytest.skip(f"{error}: {error.diagnostics[0].hint}")
    return str(request.param)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["run", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


NEWEST = ("*.yaml", "proposed/workqueue.yaml", "proposed/netdev.yaml")
EVERY = ("**/*.yaml",)


@pytest.mark.parametrize(
    ("kernel", "patterns"),
    [
        ("6.12", EVERY),
        ("7.3", NEWEST),
        pytest.param("7.3", EVERY, marks=pytest.mark.breadth),
    ],
    ids=["6.12", "7.3", "7.3-all"],
    indirect=["kernel"],
)
def test_every_spec_of_the_project_passes(capsys, kernel, patterns):
    """All on the one kernel; on the other those that it has itself, and two that are built in two ways."""
    specs = sorted(path for pattern in patterns for path in (ROOT / "specs").glob(pattern))
    its = frontend.read(specs, profile(kernel), ()).iterators
    files = [it.node.document.name for it in its]
    status, out, err = run(capsys, *files, "--format", "json", "--kernel", kernel)
    facts = json.loads(out)
    failed = [
        (it["name"], check["name"], check["failures"])
        for it in facts["iterators"]
        for check in it["checks"]
        if not check["passed"]
    ]
    assert (status, failed, facts["outcome"], facts["hang"]) == (0, [], "pass", None), err
    its = [it for it in its if not confined([it])]
    assert {it["name"] for it in facts["iterators"]} == {it.name for it in its}
    assert all(it["checks"] for it in facts["iterators"])
    own = {it.name for it in its if has_iterator(kernels.find(kernel), it.name)}
    renamed = {it["name"]: it["run_as"] for it in facts["iterators"] if it["run_as"] != it["name"]}
    assert renamed == {name: f"{name}_kiter" for name in own}
    assert {"css", "task"} <= own


@each_kernel
def test_compared_with_the_kernels_own(capsys, kernel):
    """Each order that the kernel has, css's children among them where it knows these."""
    words = ("--against-kernel", "--only", "*_compare/*", "--kernel", kernel, "--format", "json")
    status, out, err = run(capsys, str(ROOT / "specs/css.yaml"), *words)
    assert status == 0, out + err


def test_a_walk_that_does_not_return_its_start_passes(capsys):
    status, out, _ = run(capsys, str(SPECS / "children.yaml"))
    assert status == 0, out


UNKNOWN = {"walk", "late", "churn", "balance", "element_removed"}


@pytest.mark.parametrize(
    ("spec", "missing"),
    [("unknown_element", UNKNOWN), ("cursor_flag", UNKNOWN), ("numbers", set())],
)
def test_what_is_not_tested_is_named_with_what_would_switch_it_on(spec, missing):
    """A pass that speaks of the contract only must not look like one of the walk."""
    (it,) = frontend.read([ROOT / f"tests/generate/specs/{spec}.yaml"], profile("6.12")).iterators
    assert {name for found in off(it) for name in found.subtests} == missing


def test_companions_that_no_program_calls_are_named():
    (it,) = frontend.read([ROOT / "specs/scx_dsq.yaml"], profile("7.3")).iterators
    assert [found.subtests for found in off(it)] == [("balance",)]
    unasked = replace(it, tests=replace(it.tests, asks=()))
    named = {found.subtests[0]: found.missing for found in off(unasked)}
    assert "'p'" in named["companion scx_bpf_dsq_move"]
    assert "result" in named["companion scx_bpf_dsq_move_set_slice"]


@pytest.mark.vm
def test_contract_needs_nothing_of_user_space(capsys):
    """Walks over what the tests know nothing of are tried, only not compared."""
    path = ROOT / "tests/vm/specs/unknown.yaml"
    status, out, _ = run(capsys, str(path), "--format", "json")
    (found,) = json.loads(out)["iterators"]
    assert status == 0
    assert "contract all" in {check["name"] for check in found["checks"] if check["passed"]}
    (off,) = found["off"]
    assert off["subtests"] == ["walk", "late", "churn", "balance", "element_removed"]
    assert "there is no fixture of 'struct fib_rule *'" in off["missing"]


@pytest.mark.parametrize("pattern", ["nosuch", "css_children_iter/nosuch"])
def test_a_pattern_that_fits_no_test_is_no_pass(capsys, pattern):
    status, _, err = run(capsys, str(SPECS / "children.yaml"), "--only", pattern)
    assert status == 2
    assert f"no test is called '{pattern}'" in err
    assert "the tests are css_children_iter" in err


@pytest.mark.parametrize("kernel", ["7.3"], indirect=True)
def test_several_kernels_stand_side_by_side(capsys, kernel):
    """A row for each iterator, and the whole of what failed; the worst is the status."""
    both = ("--kernel", "6.12", "--kernel", kernel)
    specs = (str(SPECS / "children.yaml"), str(SPECS / "failing.yaml"))
    status, out, err = run(capsys, *specs, *both)
    releases = [kernels.find(name).release for name in ("6.12", kernel)]
    table, *below = out.split("\n\n")
    head, *rows = table.splitlines()
    cells = {name: row for name, *row in map(str.split, rows)}
    assert (status, head.split()) == (1, releases), err
    assert [cell.split("/")[0] == cell.split("/")[1] for cell in cells["css_children"]] == [True, True]
    assert cells["failing"][1::2] == ["FAIL", "FAIL"]
    assert [LOADED["failing"] in text for text in below] == [True, True]
    facts = json.loads(run(capsys, *specs, *both, "--format", "json")[1])
    assert [(one["kernel"], one["outcome"]) for one in facts] == [(r, "test failed") for r in releases]


def test_what_is_wrong_for_one_kernel_stops_all(capsys, tmp_path):
    status, out, err = run(capsys, str(tmp_path / "none.yaml"), "--kernel", "6.12", "--kernel", "6.12")
    assert (status, out) == (2, "")
    assert err.count("error") == 1


LOADED = {
    "failing": "how_many: is",
    "leaking": "references: is",
    "rejected": "invalid mem access 'scalar'",
    "unloadable": "extern (func ksym) 'bpf_css_from_nowhere'",
}
STOPPED = {
    "refused": (4, "[R41]"),
    "oopsing": (5, "NULL pointer dereference"),
    "hanging": (6, "bpf_iter_hanging_next"),
}
ALONE = {name: (3 if name == "rejected" else 1, said) for name, said in LOADED.items()} | STOPPED


@pytest.mark.parametrize(
    ("kernel", "spec"),
    [
        *(("6.12", spec) for spec in ALONE),
        *(("7.3", spec) for spec in ("refused", "oopsing")),
        *(pytest.param("7.3", spec, marks=pytest.mark.breadth) for spec in (*LOADED, "hanging")),
    ],
    indirect=["kernel"],
)
def test_outcomes_are_told_apart(capsys, spec, kernel):
    # what does not hang may take long on a busy machine
    limit = ("--limit", "5") if spec == "hanging" else ()
    status, said = ALONE[spec]
    found, out, _ = run(capsys, str(SPECS / f"{spec}.yaml"), *limit, "--kernel", kernel)
    assert found == status, out
    assert said in out
    assert spec != "rejected" or "rejected.yaml:12:14: identity: " in out


@pytest.mark.parametrize("kernel", ["7.3"], indirect=True)
def test_outcomes_of_one_boot_are_each_told(capsys, kernel):
    """What lets the guest go on is told of each iterator, and the worst is the status."""
    found, out, _ = run(capsys, *(str(SPECS / f"{spec}.yaml") for spec in LOADED), "--kernel", kernel)
    assert found == ALONE["rejected"][0], out
    assert [said for said in LOADED.values() if said not in out] == []


@each_kernel
def test_an_object_that_no_kfunc_gives_is_handed_where_it_is_opened(capsys, kernel):
    status, out, err = run(
        capsys, str(SPECS / "opened.yaml"), "--format", "json", "--show", "--kernel", kernel
    )
    (iterator,) = json.loads(out)["iterators"]
    checks = {check["name"]: check["passed"] for check in iterator["checks"]}
    assert (status, all(checks.values())) == (0, True), err
    assert {"contract all", "null_file", "untrusted_file", "outside_rcu"} <= {*checks}
    # the file, its folder of a process, and the root of /proc
    assert [walk["count"] for walk in iterator["shown"]] == [3]


def test_a_leak_is_all_that_is_wrong_with_a_leaking_walk(capsys):
    _, out, _ = run(capsys, str(SPECS / "leaking.yaml"), "--format", "json")
    (iterator,) = json.loads(out)["iterators"]
    assert [check["name"] for check in iterator["checks"] if not check["passed"]] == ["balance all"]


def test_formats_say_the_same(capsys, tmp_path):
    spec = str(SPECS / "failing.yaml")
    _, junit, _ = run(capsys, spec, "--format", "junit")
    suite = ElementTree.fromstring(junit).find("testsuite")
    assert suite is not None
    assert suite.get("failures") == "1"
    _, tap, _ = run(capsys, spec, "--format", "tap")
    failed = [line for line in tap.splitlines() if line.startswith("not ok")]
    assert failed == ["not ok 1 - failing: walk all"]


def test_a_snippet_that_does_not_compile_is_shown_in_the_spec(capsys, tmp_path):
    text = (ROOT / "specs/css.yaml").read_text()
    text = text.replace("css_next_descendant_post(pos", "css_next_nothing(pos")
    bad = tmp_path / "css.yaml"
    bad.write_text(text)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "css_next_nothing" in row)
    status, out, err = run(capsys, str(bad))
    assert (status, out) == (1, "")
    assert f"{bad}:{line}:" in err
    assert "css_next_nothing" in err


def test_a_kernel_that_no_target_stands_for_gets_its_selftests():
    kernel = kernels.find("6.12")
    it = frontend.model(ROOT / "specs/css.yaml", profile("6.12"))
    made = prototypes([it], replace(profile("6.12"), release="6.13"), kernel, Cache())
    assert "prog_tests/iter_tests.h" in job(made, kernel, Cache()).headers
