# SPDX-License-Identifier: GPL-2.0-only
"""The pages made from the code are those that are committed, and leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from kiter.codes import every_code
from kiter.lint.codes import RULES
from kiter.spec.check import spec_schema
from tools.pages import language, rules, write

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


def _sections(page: str) -> dict[str, str]:
    """The sections of docs/spec.md for mappings with keys of their own."""
    titled = (section.partition("\n") for section in page.split("\n## ")[3:])
    return {title: text for title, _, text in titled}


def _shows(section: str) -> bool:
    """Whether the example is a mapping with keys of that section, or names or a list of such mappings."""
    rows = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    for example in re.findall(r"```yaml\n(.*?)```", section, re.DOTALL):
        ((_, value),) = yaml.safe_load(example).items()
        inner = value if isinstance(value, list) else value.values()
        return any(isinstance(one, dict) and one and set(one) <= rows for one in (value, *inner))
    return False


def test_every_section_shows_a_use_of_what_it_describes():
    sections = _sections(language.page())
    assert len(sections) > 25
    assert [title for title, text in sections.items() if not _shows(text)] == []
    assert "None of the specs" not in "".join(sections.values())


def test_an_example_of_something_else_is_no_example():
    page = language.page()
    section = _sections(page)["argument"]
    assert _shows(section)
    assert not _shows(re.sub(r"(?s)```yaml.*```", '```yaml\narguments: {start: "1"}\n```', section))


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    text = re.sub(r"(?s)```.*?```|`[^`]*`", "code", path.read_text("utf-8"))
    for shown, where in re.findall(r"\[([^]\n]*)\]\(([^)\s]*)\)", text):
        file, _, anchor = where.partition("#")
        assert shown and (file or anchor), f"[{shown}]({where})"
        if "://" in where:
            continue
        there = (path.parent / file) if file else path
        assert there.exists(), where
        assert not anchor or anchor in _anchors(there.read_text("utf-8")), where


def _anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"(?m)^#+ (.*)$", text)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


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
