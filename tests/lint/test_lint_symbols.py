# SPDX-License-Identifier: GPL-2.0-only
"""Names in specs against the BTF of a real kernel, where this machine has one."""

from __future__ import annotations

import re
from functools import partial

import pytest
from fixed import fixed
from test_lint_rules import ROOT, SPECS

from kiter.btf.reader import Btf
from kiter.errors import KiterError
from kiter.frontend import model
from kiter.kernel import headers, inlines
from kiter.lint import symbols
from kiter.lint.symbols import BESIDE
from kiter.spec.load import parse
from kiter.spec.resolve import resolve
from kiter.target.profile import profile

TARGET = profile("6.12")
WRONG = ROOT / "tests" / "errors" / "btf" / "names.yaml"


@pytest.fixture(scope="module")
def btf():
    try:
        path = headers.find(wanted="6.12").path / "vmlinux"
    except KiterError:
        pytest.skip("no kernel headers here")
    if not path.is_file():
        pytest.skip("the headers have no BTF")
    return Btf.of(path)


def unknown(it, target, btf):
    """What is told beside the BTF and the headers of one kernel."""
    in_headers = partial(inlines.defined, given=headers.find(wanted="6.12"))
    return symbols.unknown(it, target, btf, in_headers)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_our_own_specs_name_what_the_kernel_has(path, btf):
    it = model(path, TARGET)
    if it.since <= TARGET.number:
        assert unknown(it, TARGET, btf) == []


def test_what_is_not_there_is_told(btf):
    text = WRONG.read_text("utf-8")
    found = unknown(resolve(parse(text, "x.yaml"), TARGET.number), TARGET, btf)
    wanted = [(row, re.search(r"# error\[(\w+)\]", line)) for row, line in enumerate(text.split("\n"), 1)]
    assert [(d.at.line, d.code) for d in found] == [(row, shown[1]) for row, shown in wanted if shown]
    assert {d.code: d.hint for d in found}["C35"] == "did you mean 'pid_task'?"


@pytest.mark.parametrize(("in_headers", "told"), [(True, []), (False, ["C35"])])
def test_what_a_header_defines_is_no_misspelt_function(in_headers, told, btf):
    """BTF has pid_vnr(), and not pid_nr(), which is inline (include/linux/pid.h, 6.12)."""
    text = WRONG.read_text("utf-8").replace("pid_taks(pos)", "pid_nr(pos)")
    it = resolve(parse(text, "x.yaml"), TARGET.number)
    found = symbols.unknown(it, TARGET, btf, lambda name: in_headers and name == "pid_nr")
    assert [d.code for d in found if d.code == "C35"] == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("struct mm_struct *", ""),
        ("const struct mm_struct *", ""),
        ("struct css_set *", "'active_mm' is 'struct mm_struct *', not 'struct css_set *'"),
    ],
)
def test_trusted_field_must_have_its_type(given, told, btf):
    text = WRONG.read_text("utf-8").replace(
        "memory: {type: struct mm_struct *}", f"active_mm: {{type: {given}}}"
    )
    found = unknown(resolve(parse(text, "x.yaml"), TARGET.number), TARGET, btf)
    assert [d.message for d in found if d.code == "C36"] == ([told] if told else [])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("CSS_TASK_ITER_PROCS | CSS_TASK_ITER_THREADED", []),
        ("CSS_TASK_ITER_PROCS | BIT(7)", []),
        ("CSS_TASK_ITER_SLEEPERS", ["CSS_TASK_ITER_SLEEPERS"]),
        ("CSS_TASK_ITER_PROCS | CSS_TASK_ITER_SLEEPERS", ["CSS_TASK_ITER_SLEEPERS"]),
    ],
)
def test_every_name_of_a_combination_must_be_there(value, told, btf):
    text = WRONG.read_text("utf-8")
    given = re.sub(r"bits:\n.*", f"values:\n      {value}: {{doc: some}}", text)
    found = unknown(resolve(parse(given, "x.yaml"), TARGET.number), TARGET, btf)
    assert [d.message for d in found if d.code == "C34"] == [
        f"'{name}' is not an enumerator of this kernel" for name in told
    ]


@pytest.mark.parametrize("code", BESIDE.rules)
def test_the_good_line_keeps_the_rule(code, btf):
    it = resolve(parse(fixed(code), "x.yaml"), TARGET.number)
    assert code not in {d.code for d in unknown(it, TARGET, btf)}
