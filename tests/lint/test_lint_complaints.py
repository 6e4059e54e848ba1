# SPDX-License-Identifier: GPL-2.0-only
"""Every complaint of the reviews has its place, and most are found in a bad spec or bad C."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_lint_rules import ROOT

from kiter.codes import every_code
from kiter.lint.codes import RULES
from kiter.lint.symbols import BESIDE
from tools.complaints import COMPLAINTS
from tools.demands import DEMANDS

ERRORS = ROOT / "tests" / "errors"
SHOWN = "".join(
    path.read_text("utf-8")
    for folder in ("lint", "together", "source")
    for path in (ERRORS / folder).glob("*.[yc]*")
)


def test_none_is_left_out():
    assert [c.number for c in COMPLAINTS] == list(range(1, 66))
    assert [c.number for c in COMPLAINTS if not c.by and not c.how] == []


@pytest.mark.parametrize("complaint", COMPLAINTS, ids=lambda c: str(c.number))
def test_what_prevents_it_is_there(complaint):
    for code in complaint.by:
        assert code in RULES
        assert code in BESIDE.rules or f"# error[{code}]" in SHOWN, "no bad spec and no bad C shows it"
    for word in complaint.how.replace("(", " ").replace(")", " ").replace(",", " ").split():
        if word.startswith("lower/"):
            assert Path(ROOT / "gen/kiter" / word).is_file()
        elif word.startswith("templates/"):
            assert Path(ROOT / word).exists()


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda d: d.what)
def test_every_demand_of_the_kernel_has_an_answer(demand):
    assert demand.by or demand.how
    assert set(demand.by) <= every_code().keys()
    if demand.how.startswith("lower/"):
        assert Path(ROOT / "gen/kiter" / demand.how).is_file()


def test_rules_find_most():
    """tests/spec/test_spec_error_files.py runs the linter on every file that shows a code."""
    found = [c.number for c in COMPLAINTS if set(c.marks) & set("GLT") and c.by]
    assert len(found) >= 45
