# SPDX-License-Identifier: GPL-2.0-only
"""Writing a new spec, whose first line names the schema to editors by a path right on every machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kiter import resources
from kiter.codes import CODES
from kiter.errors import ENVIRONMENT, Diagnostic, KiterError, Position

BESIDE = "spec.schema.json"


def reference(spec: Path) -> str:
    """The path from a spec: to the schema of the checkout that holds both, else to a copy beside it."""
    checkout = resources.checkout()
    folder = spec.parent.resolve()
    if checkout and folder.is_relative_to(checkout):
        return Path(os.path.relpath(resources.schema(), folder)).as_posix()
    return BESIDE


def write(spec: Path, text: str) -> None:
    """Write the spec, and the copy that its first line means, if it does and there is none.

    Raises KiterError O03 for a spec that exists already.
    """
    create({spec: text})
    copy = spec.parent / BESIDE
    if reference(spec) == BESIDE and not copy.exists():
        copy.write_text(resources.schema().read_text("utf-8"), encoding="utf-8")


def create(files: Mapping[Path, str]) -> None:
    """Write files and the folders that they need; raises KiterError O03, and writes none, if one is there."""
    if there := next((path for path in files if path.exists()), None):
        code = CODES["O03"]
        found = Diagnostic(Position(str(there)), "O03", f"{there} exists already", code.reason, code.hint)
        raise KiterError(found, status=ENVIRONMENT)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
