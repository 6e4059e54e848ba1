# SPDX-License-Identifier: GPL-2.0-only
"""The schema as the first line of a spec names it to editors: by a path that is right on every machine."""

from __future__ import annotations

import os
from pathlib import Path

from kiter import resources

BESIDE = "spec.schema.json"


def reference(spec: Path) -> str:
    """The path from a spec: to the schema of the checkout that holds both, else to a copy beside it."""
    checkout = resources.checkout()
    folder = spec.parent.resolve()
    if checkout and folder.is_relative_to(checkout):
        return Path(os.path.relpath(resources.schema(), folder)).as_posix()
    return BESIDE


def put_beside(spec: Path) -> None:
    """Write the copy that reference() means, if it does and there is none."""
    copy = spec.parent / BESIDE
    if reference(spec) == BESIDE and not copy.exists():
        copy.write_text(resources.schema().read_text("utf-8"), encoding="utf-8")
