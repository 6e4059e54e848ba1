# SPDX-License-Identifier: GPL-2.0-only
"""Small iterators in many styles: nothing is wrongly told of them, and most bugs put into them are found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import corpus

FILES = corpus.files()
# What is not found, as docs/found.md lists it: one here that is found is to go.
MISSED = {"caches": 1, "cursor_node": 1, "helpers": 1, "idr": 1, "one_exit": 1, "socket_hash": 1}
MANY, EACH, FEW = 20, 10, 5


def test_there_are_enough_of_them():
    put = [len(corpus.bugs(path)) for path in FILES]
    assert sum(one >= EACH for one in put) >= MANY and min(put) >= FEW


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_error_is_told_of_a_right_one(path):
    assert [d for d in corpus.told(corpus.right(path)) if d.severity == "error"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_rule_that_a_bug_breaks_tells_it(path):
    missed = [bug for bug, found in corpus.judged(path) if bug.code not in found]
    assert len(missed) == MISSED.get(path.stem, 0), missed


@pytest.mark.parametrize("path", sorted(Path(__file__).with_name("right").glob("*.c")), ids=lambda p: p.stem)
def test_no_error_is_told_of_what_people_write(path):
    """Longer ones: structs that are copied, helpers that take and release, counters, lists of their own."""
    assert [d for d in corpus.told(path.read_text("utf-8")) if d.severity == "error"] == []


@pytest.mark.parametrize("path", sorted(Path(__file__).with_name("kinds").glob("*.c")), ids=lambda p: p.stem)
def test_faults_that_were_made_before_are_told_where_they_are(path):
    """Faults of the kinds that were fixed in Linux, or found in proposals, each at its line and no other."""
    text = path.read_text("utf-8")
    lines = enumerate(text.split("\n"), 1)
    wanted = {(row, code) for row, line in lines for code in re.findall(r"I\d\d", line.partition("// #")[2])}
    assert wanted
    assert {(d.at.line, d.code) for d in corpus.told(text) if d.severity == "error"} == wanted
