# SPDX-License-Identifier: GPL-2.0-only
"""A class of many fields says of each what it is, on a line of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MANY = 6


def undocumented(source: str) -> Iterator[str]:
    """The fields of large classes that neither a comment beside or above them nor the docstring has."""
    lines = source.splitlines()
    for made in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)):
        fields = [one for one in made.body if isinstance(one, ast.AnnAssign) and not _of_class(one)]
        said = [line.strip() for line in (ast.get_docstring(made) or "").splitlines()]
        for field in fields if len(fields) >= MANY else ():
            name = ast.unparse(field.target)
            above = lines[field.lineno - 2].strip().startswith("#")
            beside = "#" in lines[(field.end_lineno or field.lineno) - 1]
            if not (above or beside or any(line.startswith(f"{name}: ") for line in said)):
                yield f"{made.name}.{name}"


def _of_class(field: ast.AnnAssign) -> bool:
    return "ClassVar" in ast.unparse(field.annotation)


def test_every_field_of_a_large_class_is_documented():
    files = sorted((ROOT / "gen").rglob("*.py"))
    found = {str(path.relative_to(ROOT)): [*undocumented(path.read_text("utf-8"))] for path in files}
    assert {name: fields for name, fields in found.items() if fields} == {}


@pytest.mark.parametrize("field", ["f: int  # what it is", "# what it is\n    f: int"])
def test_what_is_not_documented_is_found(field):
    others = "\n".join(f"    f{at}: int  # one of many" for at in range(MANY))
    assert not [*undocumented(f"class C:\n    {field}\n{others}\n")]
    assert [*undocumented(f"class C:\n    f: int\n{others}\n")] == ["C.f"]
