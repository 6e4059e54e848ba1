# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a spec as it is being typed, and the edits that correct it."""

from __future__ import annotations

from collections.abc import Sequence

from kiter.errors import Diagnostic, KiterError
from kiter.fix import Fixed, findings, fixed_spec
from kiter.spec.check import check_spec
from kiter.spec.document import Document
from kiter.spec.load import parse
from kiter.target.profile import Profile


def diagnose(text: str, name: str, targets: Sequence[Profile]) -> list[Diagnostic]:
    """All that `kiter lint` would say about one spec, sorted by place."""
    try:
        return sorted(findings(text, name, targets))
    except KiterError as error:  # of what stands beside it, such as a fixture
        return sorted(error.diagnostics)


def corrected(text: str, name: str, targets: Sequence[Profile]) -> Fixed:
    """The text with every edit made that has no alternative."""
    try:
        return fixed_spec(text, name, targets)
    except KiterError:
        return Fixed(text, ())


def read(text: str, name: str) -> Document | None:
    """The spec, if it can be read and has no key that there is not."""
    try:
        document = parse(text, name)
    except KiterError:
        return None
    return None if check_spec(document) else document
