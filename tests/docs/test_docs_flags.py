# SPDX-License-Identifier: GPL-2.0-only
"""The page about flags counts what is there now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiter import frontend
from kiter.generate import generate
from kiter.output import Kind
from kiter.target.profile import profile, releases

DOCS = Path(__file__).parents[2] / "docs"
ROW = re.compile(r"^\|.*\| \[\w+\]\((?P<spec>\S+)\) \| (?P<lines>\d+) \| (?P<code>\d+) \|$", re.MULTILINE)
ROWS = [found.groups() for found in ROW.finditer((DOCS / "flags.md").read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("spec", "lines", "code"), ROWS)
def test_lines_are_those_of_the_spec_and_of_its_kfuncs(spec, lines, code):
    path, target = (DOCS / spec).resolve(), profile(releases()[-1])
    said = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    made = generate(frontend.model(path, target), target).of(Kind.KFUNCS)
    assert made is not None
    counted = [line for line in made.text.splitlines() if line.strip()]
    assert (int(lines), int(code)) == (len([line for line in said if line.strip()[0] != "#"]), len(counted))


def test_each_design_is_counted():
    assert len(ROWS) == 5
