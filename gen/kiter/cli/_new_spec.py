# SPDX-License-Identifier: GPL-2.0-only
"""Writing a new spec, whose first line names the schema to editors by a path right on every machine."""

from __future__ import annotations

import os
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

    Raises KiterError O03 for a spec that is there already.
    """
    try:
        spec.parent.mkdir(parents=True, exist_ok=True)
        with spec.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        code = CODES["O03"]
        found = Diagnostic(Position(str(spec)), "O03", f"{spec} is there already", code.reason, code.hint)
        raise KiterError(found, status=ENVIRONMENT) from error
    copy = spec.parent / BESIDE
    if reference(spec) == BESIDE and not copy.exists():
        copy.write_text(resources.schema().read_text("utf-8"), encoding="utf-8")
