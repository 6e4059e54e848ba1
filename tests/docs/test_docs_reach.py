# SPDX-License-Identifier: GPL-2.0-only
"""docs/reach.md is honest: what it does not mark builds, and what it marks is all that does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiter import docs
from kiter.generate import generate
from kiter.lint import lint
from kiter.spec.check import check, spec_schema
from kiter.spec.iterator import build
from kiter.spec.load import load
from kiter.target.profile import profile

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reach.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
LATER = "# not built yet"
MERGED = {"num", "testmod_seq", "task_vma", "css_task", "task", "css"}
MERGED |= {"bits", "scx_dsq", "kmem_cache", "dmabuf"}


def _document(text, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def _name(text):
    return re.search(r"^iterator: (\w+)$", text, re.MULTILINE)[1]


def test_all_merged_iterators_are_sketched():
    assert {_name(text) for text in BLOCKS} >= MERGED


@pytest.mark.parametrize("text", [b for b in BLOCKS if LATER not in b], ids=_name)
def test_what_is_not_marked_builds(text, tmp_path):
    document = _document(text, tmp_path)
    assert check(document, spec_schema()) == []
    it, target = build(document), profile("6.12")
    assert lint(it, target) == []
    assert generate(it, target).outputs


@pytest.mark.parametrize("text", [b for b in BLOCKS if LATER in b], ids=_name)
def test_only_what_is_marked_does_not_build(text, tmp_path):
    lines = text.splitlines()
    marked = {number for number, line in enumerate(lines, 1) if LATER in line}
    wrong = check(_document(text, tmp_path), spec_schema())
    assert {d.at.line for d in wrong} == marked, [d.message for d in wrong]


def test_specs_that_pages_show_are_as_they_are():
    for path in (ROOT / "docs").glob("*.md"):
        text = path.read_text("utf-8")
        assert docs.refreshed(text) == text, "`make docs` writes it anew"
