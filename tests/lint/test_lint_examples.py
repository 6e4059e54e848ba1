# SPDX-License-Identifier: GPL-2.0-only
"""Each rule has a case that breaks it and one that keeps it, and `kiter explain` shows both."""

from __future__ import annotations

import pytest
from fixed import fixed

from kiter.cli.main import main
from kiter.errors import Diagnostic
from kiter.lint import design, examples, lint, lint_cross_spec
from kiter.lint.codes import RULES
from kiter.lint.source.check import check as check_source
from kiter.lint.source.table import FILES, TRIO
from kiter.lint.tables import RUN, SPEC
from kiter.spec.check import check, spec_schema
from kiter.spec.load import parse
from kiter.spec.model import Spec
from kiter.spec.resolve import resolve
from kiter.target.profile import profile

TARGET = profile("6.12")


def _iterator(text: str, name: str) -> Spec:
    document = parse(text, name)
    assert check(document, spec_schema()) == []
    return resolve(document, TARGET.number)


def _findings(code: str, text: str) -> list[Diagnostic]:
    """What a rule says of a file; of two specs when the rule is about several."""
    it = _iterator(text, str(examples.shown(code).with_name("shown.yaml")))
    if code in SPEC.rules:
        return [d for d in (*lint(it, TARGET), *design(it, TARGET)) if d.code == code]
    path = examples.shown(code)
    first = _iterator(path.with_name(f"{path.stem}_first.yaml").read_text("utf-8"), "first.yaml")
    return [d for d in lint_cross_spec([first, it]) if d.code == code]


@pytest.mark.parametrize("code", [*SPEC.rules, *RUN.rules])
def test_the_good_lines_keep_the_rule(code):
    before = _findings(code, examples.shown(code).read_text("utf-8"))
    after = _findings(code, fixed(code))
    assert len(after) < len(before)


@pytest.mark.parametrize("code", [*TRIO.rules, *FILES.rules])
def test_the_good_c_keeps_the_rule(code):
    bad = examples.shown(code)
    right = examples.right(bad)
    assert code in {d.code for d in check_source([str(bad)], TARGET)[1]}
    assert code not in {d.code for d in check_source([str(right)], TARGET)[1]}


def test_every_rule_has_a_bad_and_a_good_example():
    """Those that need a kernel's BTF are tried in test_lint_symbols.py."""
    assert {code for code in RULES if not (examples.bad(code) and examples.good(code))} == set()


@pytest.mark.parametrize("code", ["X06", "I05", "I43", "K23", "W24"])
def test_explain_shows_both(code, capsys):
    assert main(["explain", code]) == 0
    story = capsys.readouterr().out
    assert "\nbad:\n" in story and "\ngood:\n" in story
