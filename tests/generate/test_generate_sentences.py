# SPDX-License-Identifier: GPL-2.0-only
"""Sentences: what lower/ says in statements has words, and no words are left that nobody says."""

from __future__ import annotations

import re

import pytest
from generate_support import ROOT
from jinja2 import Environment, nodes

SENTENCES = ROOT / "templates/sentences"
GENERATOR = ROOT / "gen/kiter"
SOURCES = [
    p.read_text("utf-8") for folder in ("lower", "series", "spec") for p in (GENERATOR / folder).rglob("*.py")
]
TEMPLATES = [path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.j2")]
SCHEMA = (GENERATOR / "spec/schema.json").read_text("utf-8")


def macros(path):
    return [macro.name for macro in Environment().parse(path.read_text("utf-8")).find_all(nodes.Macro)]


WORDED = {name for path in SENTENCES.glob("*.j2") for name in macros(path)}
STATED = {name for text in SOURCES for name in re.findall(r'\bStatement\(\s*"(\w+)"', text)}


def test_every_statement_has_words():
    assert len(STATED) > 30
    assert not STATED - WORDED


@pytest.mark.parametrize("path", sorted(SENTENCES.glob("*.j2")), ids=lambda path: path.stem)
def test_every_sentence_is_said(path):
    """By name from Python, as a value of the language, or by another template."""
    quoted = {name for text in (*SOURCES, SCHEMA) for name in re.findall(r'"(\w+)"', text)}
    called = {name for text in TEMPLATES for name in re.findall(r"(?<!macro )\b(\w+)\(", text)}
    assert [name for name in macros(path) if name not in quoted | called] == []
