# SPDX-License-Identifier: GPL-2.0-only
"""The table of rules: each is told well, shown to fire, and silent on the specs that come with kiter."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from kiter import codes, lint
from kiter.lint.codes import RULES
from kiter.lint.tables import RUN, SPEC
from kiter.spec.check import check, spec_schema
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import profile

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
TARGET = profile("6.12")
# A kernel that can do all that a spec can ask for, whatever profiles there are.
LATER = replace(
    TARGET,
    release="7.3",
    perfmon_flag="KF_PERFMON",
    spinlock_flag="KF_LOCKED",
    implicit_flag="KF_IMPLICIT_ARGS",
)
HEAD = """iterator: {name}
summary: walk over tasks
element: {{type: struct task_struct *, lifetime: rcu}}
context: {{rcu: true}}
"""
ONE = HEAD + "walk: {{cursor: {{next: next_task(pos)}}, expect: processes}}\n"
FLAGGED = (
    HEAD
    + """arguments:
  flags:
    defines: {defines}
    doc: what to walk
    values:
      {flag}: {{doc: one, cursor: {{next: next_task(pos)}}, expect: processes}}
"""
)


def _iterators(folder: Path, *texts: str):
    for number, text in enumerate(texts):
        path = folder / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        yield resolve(load(path), TARGET.number)


@pytest.mark.parametrize("target", [TARGET, LATER], ids=lambda t: t.release)
@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_our_own_specs_have_nothing_to_report(path, target):
    it = resolve(load(path), target.number)
    if it.since > target.number:
        pytest.skip(f"begins with {it.since}")
    assert lint.lint(it, target) == []


@pytest.mark.parametrize("path", sorted((ROOT / "tests/errors/clean").glob("*.yaml")), ids=lambda p: p.stem)
def test_what_only_looks_wrong_is_not_reported(path):
    assert lint.lint(resolve(load(path), TARGET.number), TARGET) == []


def test_our_own_specs_go_together():
    assert lint.lint_cross_spec([resolve(load(path), LATER.number) for path in SPECS]) == []


def test_every_rule_is_shown_to_fire():
    texts = [path.read_text("utf-8") for path in (ROOT / "tests" / "errors" / "lint").glob("*.yaml")]
    shown = set(re.findall(r"# error\[([A-Z]\d+)\]", "".join(texts)))
    assert shown == {rule.code for rule in SPEC.rules.values()}


def test_every_code_has_a_name_of_its_own():
    names = [code.name for code in codes.every_code().values()]
    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)+", name)] == []
    assert max(map(len, names)) <= 36


@pytest.mark.parametrize("rule", [*SPEC.rules.values(), *RUN.rules.values()], ids=lambda r: r.code)
def test_every_rule_is_told_well(rule):
    assert re.fullmatch(r"[KWXPHCVTLQ]\d\d", rule.code)
    for text in (rule.title, rule.reason, rule.hint):
        assert text == text.strip() and not text.endswith(".")
    assert len(rule.title) <= 80


def test_explain_knows_every_rule():
    known = codes.every_code()
    assert {code: known[code].title for code in RULES} == {code: rule.title for code, rule in RULES.items()}


def test_an_iterator_is_there_once(tmp_path):
    found = lint.lint_cross_spec(list(_iterators(tmp_path, ONE.format(name="a"), ONE.format(name="a"))))
    assert [d.code for d in found] == ["K20"]
    assert found[0].at.file.endswith("1.yaml") and found[0].at.line == 1 and found[0].at.column == 11
    assert "0.yaml:1" in found[0].message


def test_an_enumerator_is_there_once(tmp_path):
    first = FLAGGED.format(name="a", defines="enum", flag="ONE")
    second = FLAGGED.format(name="b", defines="enum x", flag="ONE")
    found = lint.lint_cross_spec(list(_iterators(tmp_path, first, second)))
    assert [(d.code, d.at.line) for d in found] == [("K21", 10)]
    assert "0.yaml:10" in found[0].message


def test_an_enumerator_of_another_kernel_does_not_clash(tmp_path):
    first = FLAGGED.format(name="a", defines="enum", flag="ONE")
    second = FLAGGED.format(name="b", defines="enum", flag="TWO")
    second += "    ONE: {doc: one, kernels: 7.3-, cursor: {next: next_task(pos)}, expect: processes}\n"
    assert lint.lint_cross_spec(list(_iterators(tmp_path, first, second))) == []


def test_an_enum_is_there_once(tmp_path):
    first = FLAGGED.format(name="a", defines="enum x", flag="ONE")
    second = FLAGGED.format(name="b", defines="enum x", flag="TWO")
    found = lint.lint_cross_spec(list(_iterators(tmp_path, first, second)))
    assert [(d.code, d.at.line) for d in found] == [("K21", 7)]


SILENT_ON_ONE = """iterator: a
summary: walk over tasks
element: {type: struct task_struct *, lifetime: rcu}
context: {rcu: true}
arguments:
  more: {type: u64, keep: copy, kernels: 7.3-, doc: a number}
state: # kiter: allow K09, the last word is for the newest kernel alone
  big: {type: struct big, size: SIZE, init: "{}"}
tests: {arguments: {more: "1"}}
walk:
  cursor:
    next: {7.3-: "f(pos, &big, more)", -7.2: "f(pos, &big)"}
  expect: processes
"""


@pytest.mark.parametrize(("size", "found"), [("48", []), ("8", ["L11"])])
@pytest.mark.parametrize("target", [TARGET, profile("7.3")], ids=lambda t: t.release)
def test_a_silence_that_one_kernel_needs_is_none_too_many(tmp_path, target, size, found):
    path = tmp_path / "a.yaml"
    path.write_text(SILENT_ON_ONE.replace("SIZE", size), encoding="utf-8")
    assert [d.code for d in lint.lint(resolve(load(path), target.number), target)] == found


def test_findings_are_sorted_and_each_is_there_once():
    path = ROOT / "tests" / "errors" / "lint" / "k04_same_name.yaml"
    found = lint.lint(resolve(load(path), TARGET.number), TARGET)
    assert found == sorted(set(found))


@pytest.mark.parametrize("release", ["6.12345", "6." + "9" * 5000])
def test_a_release_of_many_digits_is_refused(tmp_path, release):
    path = tmp_path / "x.yaml"
    path.write_text(ONE.format(name="a") + f"kernels: {release}-\n", encoding="utf-8")
    assert [d.code for d in check(load(path), spec_schema())] == ["S24"]
