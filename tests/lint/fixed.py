# SPDX-License-Identifier: GPL-2.0-only
"""The specs that break a rule, put right as the examples say."""

from __future__ import annotations

from kiter.lint import examples


def fixed(code: str) -> str:
    """The file that shows a rule with the bad lines fixed; one with no text is left out."""
    lines = examples.shown(code).read_text("utf-8").splitlines()
    kept = examples.kept()[code].items()
    texts = {row: _indented(lines[row - 1], text) if text else None for row, text in kept}
    made = (texts.get(row, line) for row, line in enumerate(lines, 1))
    return "\n".join(line for line in made if line is not None) + "\n"


def _indented(line: str, text: str) -> str:
    """The text where the line stands, all its own lines below each other."""
    indent = line[: len(line) - len(line.lstrip())]
    return "\n".join(indent + part for part in text.split("\n"))
