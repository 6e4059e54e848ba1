# SPDX-License-Identifier: GPL-2.0-only
"""Whatever passes the schema can be linted, and whatever passes the linter can be generated."""

from __future__ import annotations

from hypothesis import event, example, given, settings
from mutations import ROOT, specs

from kiter.generate import generate
from kiter.lint import lint
from kiter.spec.check import check, spec_schema
from kiter.spec.load import load
from kiter.spec.resolve import resolve
from kiter.target.profile import profile

TARGET = profile("6.12")


# no program can come by the start of its walk: the page shows the loop alone
NO_PROGRAM = (ROOT / "specs" / "css_task.yaml").read_text("utf-8").replace(", sleepable: true", "")


@given(text=specs())
@example(text=NO_PROGRAM)
@settings(max_examples=100)
def test_what_lint_lets_through_can_be_generated(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    document = load(path)
    if check(document, spec_schema()):
        event("schema")
        return
    it = resolve(document, TARGET.number)
    found = lint(it, TARGET)
    assert found == lint(it, TARGET)
    for diagnostic in found:
        assert diagnostic.at.line >= 1 and diagnostic.at.column >= 1
        assert diagnostic.source == document.source(diagnostic.at.line)
    if any(d.severity == "error" for d in found):
        event("lint")
        return
    event("generated")
    made, again = (generate(it, TARGET) for _ in range(2))
    assert (made, made.material) == (again, again.material)
    for output in made.outputs:
        assert output.text.endswith("\n") and "\n\n\n" not in output.text, output.path
