# SPDX-License-Identifier: GPL-2.0-only
"""`kiter lint --fix` and `--diff`: make the edits that findings carry, or show them."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from kiter import frontend, manifest
from kiter.errors import FINDINGS, Diagnostic, KiterError, environment
from kiter.fix import Fixed, fixed_spec, sources
from kiter.sinks.swap import swap
from kiter.spec.load import read_text
from kiter.target.profile import Profile

Found = Iterable[tuple[Path, Fixed]]


def fixed(found: Found) -> list[Diagnostic]:
    """Fix the files that change, all or none; what was fixed, for a report.

    Raises KiterError when a file cannot be written, and then none has changed.
    """
    changed = dict(found)
    try:
        swap({path.resolve(): one.text for path, one in changed.items()}, ())
    except OSError as error:
        raise environment("E90", f"cannot be fixed: {error.strerror}", file=str(error.filename)) from error
    done = (d for one in changed.values() for d in one.done)
    return [replace(d, severity="fixed", reason="", hint="", source="") for d in done]


def compared(found: Found) -> int:
    """Print as a patch what --fix would do; 1 when that is something."""
    status = 0
    for path, one in found:
        old, new = (text.removesuffix("\n").split("\n") for text in (read_text(path), one.text))
        name = path.as_posix().lstrip("/")
        lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="")
        sys.stdout.writelines(f"{line}\n" for line in lines)
        status = FINDINGS
    return status


def specs(given: Sequence[str], targets: Sequence[Profile]) -> Found:
    """The files that change; one that cannot be read is left to what follows, which tells why."""
    for path in frontend.collect(given):
        try:
            text = "" if manifest.lists(path) else read_text(path)
        except KiterError:
            continue
        one = fixed_spec(text, str(path), targets)
        if one.done:
            yield path, one


def c_files(given: Sequence[str], target: Profile) -> Found:
    """The C files that change."""
    return ((Path(name), one) for name, one in sources(given, target))
