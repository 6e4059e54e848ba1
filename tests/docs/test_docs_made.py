# SPDX-License-Identifier: GPL-2.0-only
"""The pages made from the code are those that are committed, and leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiter.codes import every_code
from kiter.lint.codes import RULES
from kiter.pages import language, rules, write
from kiter.spec.check import spec_schema
from kiter.spec.walk import KINDS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", write.PAGES)
def test_the_committed_page_is_up_to_date(name):
    made = write.PAGES[name]()
    assert (ROOT / "docs" / name).read_text("utf-8") == made, "`make docs` writes it anew"


def _keys(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _keys(value)


def test_every_key_of_the_schema_has_its_row():
    page = language.page()
    assert [key for key in _keys(spec_schema()) if f"| `{key}` |" not in page] == []


def test_every_kind_of_walk_is_shown_or_said_to_be_unused():
    page = language.page()
    for kind in KINDS:
        section = page.split(f"\n## {'level' if kind == 'nested' else kind}\n")[1].split("\n## ")[0]
        assert f"```yaml\n{kind}:" in section or "None of the specs" in section


def test_every_code_is_explained():
    page = rules.page()
    assert [code for code in every_code() if f"### {code}: " not in page] == []


def test_a_code_that_is_no_rule_is_told_so_and_raised():
    sources = (p for p in (ROOT / "gen").rglob("*.py") if not p.name.endswith("codes.py"))
    raised = set(re.findall(r'"([A-Z]\d\d)"', "".join(p.read_text("utf-8") for p in sources)))
    others = every_code().keys() - RULES.keys()
    assert {
        code for code in others if not rules.FAMILIES[code[0]][0].startswith(("Errors", "Findings"))
    } == set()
    assert others - raised == {"E99"}  # is in the words of the last resort


def test_writing_leaves_an_equal_page_alone(tmp_path):
    write.write(tmp_path, ["spec.md"])
    before = (tmp_path / "spec.md").stat().st_mtime_ns
    write.write(tmp_path, ["spec.md"])
    assert (tmp_path / "spec.md").stat().st_mtime_ns == before
