# SPDX-License-Identifier: GPL-2.0-only
"""What `kiter explain` shows as good keeps the rule, in the very file that breaks it."""

from __future__ import annotations

import pytest

from kiter.cli.main import main
from kiter.lint import RULES, design, lint
from kiter.lint.source.check import RULES as SOURCE_RULES
from kiter.pages import examples
from kiter.spec.check import check, spec_schema
from kiter.spec.iterator import build
from kiter.spec.load import parse
from kiter.target.profile import profile

TARGET = profile("6.12")


@pytest.mark.parametrize("code", examples.kept())
def test_the_good_line_keeps_the_rule(code):
    text, row = examples.mended(code)
    document = parse(text, "mended.yaml")
    assert check(document, spec_schema()) == []
    it = build(document, TARGET.number)
    assert [d for d in (*lint(it, TARGET), *design(it, TARGET)) if (d.code, d.at.line) == (code, row)] == []


def test_there_are_only_good_lines_of_rules():
    assert set(examples.kept()) <= set(RULES)


def test_every_rule_has_a_bad_example():
    together = {rule.code for rule in RULES.values() if rule.together}
    assert {
        code for code in (RULES.keys() | SOURCE_RULES.keys()) - together if not examples.bad(code)
    } == set()


@pytest.mark.parametrize("code", ["X01", "I05"])
def test_explain_shows_both(code, capsys):
    assert main(["explain", code]) == 0
    story = capsys.readouterr().out
    assert "\nbad:\n" in story and "\ngood:\n" in story
