# SPDX-License-Identifier: GPL-2.0-only
"""Every file of tests/errors/ gives exactly the errors that its comments expect."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from expected_errors import disagreements, expected_in

from kiter.errors import Diagnostic, KiterError
from kiter.lint import design, lint, lint_cross_spec
from kiter.lint.source.check import check as check_source
from kiter.spec.check import check, spec_schema
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import profile

ERRORS = Path(__file__).parents[1] / "errors"
SMALL = json.loads((ERRORS / "schema" / "schema.json").read_text("utf-8"))


def _yaml_errors(path: Path) -> Sequence[Diagnostic]:
    with pytest.raises(KiterError) as caught:
        load(path)
    return caught.value.diagnostics


def _schema_errors(path: Path) -> Sequence[Diagnostic]:
    return check(load(path), SMALL)


def _spec_errors(path: Path) -> Sequence[Diagnostic]:
    return check(load(path), spec_schema())


def _lint_errors(path: Path) -> Sequence[Diagnostic]:
    document = load(path)
    assert check(document, spec_schema()) == []
    it = resolve(document, (6, 12))
    found = lint(it, profile("6.12"))
    found += design(it, profile("6.12")) if "# error[Q" in document.text else []
    tested = "# error[T" in document.text
    return [d for d in found if tested or d.code[0] != "T"]


def _cross_spec_errors(path: Path) -> Sequence[Diagnostic]:
    both = [path.with_name(f"{path.stem}_first.yaml"), path]
    return lint_cross_spec([resolve(load(one), (6, 12)) for one in both])


def _source_errors(path: Path) -> Sequence[Diagnostic]:
    return check_source([str(path)], profile("6.12"))[1]


PHASES: dict[str, Callable[[Path], Sequence[Diagnostic]]] = {
    "yaml": _yaml_errors,
    "schema": _schema_errors,
    "spec": _spec_errors,
    "lint": _lint_errors,
    "together": _cross_spec_errors,
    "source": _source_errors,
}
FOUND = [path for folder in PHASES for path in sorted((ERRORS / folder).glob("*.[yc]*"))]
FIRST = [path for path in FOUND if path.parent.name == "together" and path.stem.endswith("_first")]
FILES = [path for path in FOUND if path not in FIRST]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_errors_are_those_on_the_lines(path):
    text = path.read_text("utf-8")
    wanted = expected_in(text)
    assert wanted or path.stem == "good", "a file without expectations tests nothing"
    found = PHASES[path.parent.name](path)
    assert disagreements(wanted, found) == []
    for diagnostic in found:
        assert diagnostic.source == text.split("\n")[diagnostic.at.line - 1]
        assert diagnostic.reason and diagnostic.hint


def test_every_error_file_is_read():
    known = {*FILES, *FIRST, ERRORS / "schema" / "schema.json", *(ERRORS / "source" / "kept").glob("*.c")}
    known |= {*(ERRORS / "lint" / "fixtures").glob("*/*"), *(ERRORS / "source").rglob("*.h")}
    assert {p for folder in PHASES for p in (ERRORS / folder).rglob("*") if p.is_file()} == known
