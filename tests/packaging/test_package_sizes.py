# SPDX-License-Identifier: GPL-2.0-only
"""No file is too long to be read at once, and no function too long to be seen at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE, FUNCTION = 400, 60
FILES = [path for folder in ("gen", "tools", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


def too_long(source: str) -> Iterator[str]:
    """The file itself, and functions in it, that have too many lines."""
    if (lines := source.count("\n")) > FILE:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            rows = (node.end_lineno or node.lineno) - node.lineno + 1
            if rows > FUNCTION:
                yield f"{node.name}(): {rows} lines"


def test_files_and_functions_are_short():
    found = {str(path.relative_to(ROOT)): [*too_long(path.read_text("utf-8"))] for path in FILES}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize("source", ["x = 1\n" * 401, "def f():\n" + "    pass\n" * 60])
def test_what_is_too_long_is_found(source):
    assert [*too_long(source)]
