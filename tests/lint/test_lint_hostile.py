# SPDX-License-Identifier: GPL-2.0-only
"""Kernel C that somebody has broken: lint of C says what it can of it, and never falls over it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiter.cli.main import main
from kiter.lint.source.check import check
from kiter.target.profile import profile
from tools import corpus

ROOT = Path(__file__).parents[2]
TEXTS = [corpus.right(path) for path in corpus.files()]
TEXTS += [path.read_text("utf-8") for path in sorted((ROOT / "out/7.3/kernel").rglob("*.c"))]
WORDS = [
    "{",
    "}",
    "(",
    ")",
    ";",
    ",",
    "->",
    "*",
    "NULL",
    "goto",
    "return",
    "#if",
    "case",
    "\0",
    "é",
    "/*",
    '"',
]


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A file in which tokens are left out, doubled, exchanged or put in."""
    tokens = re.findall(r"\w+|\s+|->|.", draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 8))):
        at, other = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
        match draw(st.integers(0, 3)):
            case 0:
                tokens[at] = ""
            case 1:
                tokens[at] *= 2
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case _:
                tokens[at] += draw(st.sampled_from(WORDS))
    return "".join(tokens)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=broken())
def test_broken_c_is_judged_all_the_same(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("broken") / "x.c"
    path.write_text(text)
    lines = text.split("\n")
    for one in check([str(path)], profile("7.3"))[1]:
        assert one.source == lines[one.at.line - 1] and one.reason and one.hint


def test_a_file_that_is_no_text_is_told(tmp_path, capsys):
    path = tmp_path / "x.c"
    path.write_bytes(TEXTS[0].encode()[:2000] + bytes(range(256)) + TEXTS[0].encode()[2000:])
    assert main(["lint", "--kernel-source", str(path), "--format", "json"]) in {0, 1}
    said = capsys.readouterr()
    json.loads(said.err or "[]")
