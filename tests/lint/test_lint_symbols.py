# SPDX-License-Identifier: GPL-2.0-only
"""Names in specs against the BTF of a real kernel, where this machine has one."""

from __future__ import annotations

import pytest
from test_lint_rules import SPECS

from kiter.btf.reader import Btf
from kiter.errors import KiterError
from kiter.frontend import model
from kiter.kernel import headers
from kiter.lint.symbols import unknown
from kiter.spec.iterator import build
from kiter.spec.load import parse
from kiter.target.profile import profile

TARGET = profile("6.12")
WRONG = """iterator: x
summary: walk over tasks
element: {type: struct task_struct *, lifetime: rcu}
context: {rcu: true}
arguments:
  flags: {type: u32, doc: how, bits: {CSS_TASK_ITER_PROCESSES: {doc: processes only}}}
walk:
  cursor: {next: "f(pos, flags, pid_taks(pos))"}
"""


@pytest.fixture(scope="module")
def btf():
    try:
        path = headers.find(wanted="6.12").path / "vmlinux"
    except KiterError:
        pytest.skip("no kernel headers here")
    if not path.is_file():
        pytest.skip("the headers have no BTF")
    return Btf.of(path)


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_our_own_specs_name_what_the_kernel_has(path, btf):
    it = model(path, TARGET)
    if it.since <= TARGET.number:
        assert unknown(it, TARGET, btf) == []


def test_what_is_not_there_is_told(btf):
    it = build(parse(WRONG, "x.yaml"), TARGET.number)
    found = [(d.code, d.at.line, d.hint) for d in unknown(it, TARGET, btf)]
    assert [(code, line) for code, line, _ in found] == [("C34", 6), ("C35", 8)]
    assert found[1][2] == "did you mean 'pid_task'?"
