# SPDX-License-Identifier: GPL-2.0-only
"""Templates show the text that they give: what to give is decided before, in lower/."""

from __future__ import annotations

import pytest
from generate_support import ROOT
from jinja2 import Environment, nodes

TEMPLATES = ROOT / "templates"
FILES = sorted(TEMPLATES.rglob("*.j2"))


def presence(test: nodes.Node) -> bool:
    """Whether a condition asks no more than whether a value is there: v.x, not v.x, v.list[1:]."""
    if isinstance(test, nodes.Not):
        return presence(test.node)
    if isinstance(test, nodes.Getitem):
        return isinstance(test.arg, nodes.Slice) and presence(test.node)
    return isinstance(test, nodes.Name) or (isinstance(test, nodes.Getattr) and presence(test.node))


def conditions(source: str) -> list[nodes.Node]:
    """What a template asks, in its ifs, its choices and its loops."""
    found = Environment().parse(source)
    asked = [node.test for node in found.find_all((nodes.If, nodes.CondExpr))]
    return asked + [node.test for node in found.find_all(nodes.For) if node.test is not None]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_a_template_asks_for_presence_alone(path):
    """A question about what a value is, or about several values, belongs into the view."""
    asked = conditions(path.read_text("utf-8"))
    assert [f"line {test.lineno}" for test in asked if not presence(test)] == []


@pytest.mark.parametrize(
    "source",
    ["{% if v.a == 1 %}{% endif %}", "{{ 'x' if v.a and v.b }}", "{% for x in v if x > 1 %}{% endfor %}"],
)
def test_a_decision_is_found(source):
    assert not all(map(presence, conditions(source)))
