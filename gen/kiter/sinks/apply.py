# SPDX-License-Identifier: GPL-2.0-only
"""The sink that writes to a kernel tree: all of a plan or nothing."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from kiter.errors import ENVIRONMENT, KiterError
from kiter.sinks.swap import PREFIX, swap
from kiter.tree import record
from kiter.tree.apply import Plan
from kiter.tree.codes import finding, refusal


def write(planned: Plan) -> None:
    """Carry out a plan; raises KiterError A08 when the tree cannot be written, having changed nothing."""
    top = planned.tree.path
    texts, gone = record.files(planned.record, planned.tree.record)
    texts |= {top / path: text for path, text in planned.texts.items() if text is not None}
    removed = [top / path for path, text in planned.texts.items() if text is None]
    try:
        swap(texts, (*removed, *gone))
    except OSError as error:
        raise _unwritable(top, error) from error
    for path in removed:
        _remove_empty(top, path)
    for path in gone:
        _remove_empty(planned.tree.record.parent, path)


def diff(planned: Plan) -> str:
    """A plan as one patch that `git apply` and `patch -p1` take; "" if nothing changes."""
    return "".join(
        part for path in sorted(planned.texts) for part in _diff(path, planned.was[path], planned.texts[path])
    )


def _diff(path: str, was: str | None, text: str | None) -> Iterator[str]:
    old = "/dev/null" if was is None else f"a/{path}"
    new = "/dev/null" if text is None else f"b/{path}"
    yield f"diff --git a/{path} b/{path}\n"
    if was is None:
        yield "new file mode 100644\n"
    if text is None:
        yield "deleted file mode 100644\n"
    before, after = ((t or "").splitlines(keepends=True) for t in (was, text))
    for line in difflib.unified_diff(before, after, old, new):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _remove_empty(top: Path, path: Path) -> None:
    with contextlib.suppress(OSError):
        for folder in path.parents:
            if folder == top:
                return
            folder.rmdir()


def _unwritable(top: Path, error: OSError) -> KiterError:
    file = Path(os.fsdecode(error.filename)) if error.filename else top
    where = file.parent if file.name.startswith(PREFIX) else file
    why = f"it cannot be written: {error.strerror or error}"
    return refusal([finding("A08", str(where), why)], ENVIRONMENT)
