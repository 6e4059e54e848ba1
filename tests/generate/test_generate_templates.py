# SPDX-License-Identifier: GPL-2.0-only
"""Templates show the text that they give: what to give is decided before, in lower/."""

from __future__ import annotations

import ast
import re

import pytest
from generate_support import ROOT
from jinja2 import Environment, nodes

TEMPLATES = ROOT / "templates"
SOURCES = ROOT / "gen/kiter"
# the statements of C: control, an assignment, a call for its own sake; what its preprocessor reads, an enum
STATEMENT = re.compile(
    r"^\s*(?:return\b[^\n]*;|(?:else )?if \(|\} else\b|switch \(|goto \w+;|for \(|while \(|do \{)"
    r"|^#\s*(?:define|undef|pragma)\b|^#\s*include(?:_next)? [\"<]\w|\benum(?: \w+)? \{"
    r"|^\s*(?:break|continue);|^\s*(?:case\b[^\n]*|default):$|[^=!<>]=[^=\n]*[^=\s];\s*$|^\s*[\w>.-]+\(.*\);\s*$",
    re.MULTILINE,
)
WORDS = re.compile(r"\b(?:[a-z]+ ){3}[a-z]+\b")
# layout breaks lines that it is given; tree finds its way in a kernel's files by them, and completes those
READERS = ("layout/", "tree/")
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


def texts(source: str) -> list[tuple[int, str]]:
    """The strings of a module, each with its line: docstrings left out, what is filled in as x."""
    tree = ast.parse(source)
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    spoken |= {id(part) for node in found for part in node.values}
    filled = [
        (
            node.lineno,
            "".join(
                str(getattr(part, "value", "")) if isinstance(part, ast.Constant) else "x"
                for part in node.values
            ),
        )
        for node in found
    ]
    plain = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return filled + [(node.lineno, str(node.value)) for node in plain if id(node) not in spoken]


def statements(source: str) -> list[str]:
    return [f"line {line}: {text}" for line, text in texts(source) if STATEMENT.search(text)]


def test_no_statement_of_c_stands_in_python():
    """Whoever wants to see or change the C opens a template."""
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        name = path.relative_to(SOURCES).as_posix()
        if not name.startswith(READERS) and (lines := statements(path.read_text("utf-8"))):
            found[name] = lines
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        'f"\\treturn {x};"',
        '"if (!pos)"',
        'f"{field} = NULL;"',
        'f"{kit}->{name} = {value};"',
        '"mutex_lock({at});"',
        '("\\tswitch (flags) {", "")',
        'f"case {flag}:"',
        'f"#define {name} {value}"',
        '"".join(f"#include <{header}>\\n" for header in headers)',
        'f"enum {{\\n{values}}};\\n"',
    ],
)
def test_a_statement_is_found(source):
    assert statements(f"x = {source}")


def test_words_are_no_statements():
    assert not statements("x = ['return', 'if it is so', 'a == b', 'NULL', 'x->y', 'f(a, b)', 'key: value']")


def sentences(source: str) -> list[str]:
    """What reads as words of a sentence: errors, which nobody emits, left out."""
    tree = ast.parse(source)
    raised = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    said = (f"line {line}: {text}" for line, text in texts(source) if line not in raised)
    return [text for text in said if WORDS.search(text.partition(": ")[2])]


def test_no_sentence_stands_in_python():
    """Whoever wants to change a word that is emitted opens a template."""
    found = {path.name: sentences(path.read_text("utf-8")) for path in (SOURCES / "lower").rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_sentence_is_found():
    assert sentences('x = f"Call it in an {x} section."')
    assert not sentences('x = "struct task_struct *", "a and b"')
    assert not sentences('def f():\n    """What it is and does."""\n    raise E("it is not at all so")')
