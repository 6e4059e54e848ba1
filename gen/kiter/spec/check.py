# SPDX-License-Identifier: GPL-2.0-only
"""Check a document against the JSON schema, and say at the right place what is wrong."""

from __future__ import annotations

import json
from functools import cache
from itertools import chain
from typing import Any

from kiter import resources
from kiter.errors import Diagnostic
from kiter.spec.compose import MOST_ERRORS, limited
from kiter.spec.document import Document
from kiter.spec.validator import Schema, violations


@cache
def spec_schema() -> dict[str, Any]:
    """The schema of specs, as it comes with kiter."""
    loaded: dict[str, Any] = json.loads(resources.schema().read_text("utf-8"))
    return loaded


def check_spec(document: Document) -> list[Diagnostic]:
    """The same for a spec; of one that was written for an older kiter only which keys are older ones."""
    if not (found := check(document, spec_schema())):
        return []
    # Imported here: nearly every document is fine.
    from kiter.spec.older import older  # noqa: PLC0415

    return limited(older(document)) or found


def check(document: Document, schema: Schema) -> list[Diagnostic]:
    """Everything in `document` that `schema` forbids, sorted by place; empty when it is fine."""
    broken = violations(document.data, schema)
    if (first := next(broken, None)) is None:
        return []
    # Imported here: nearly every document is fine, and needs no words.
    from kiter.spec.wording import Wording  # noqa: PLC0415

    wording, found = Wording(document), set[Diagnostic]()
    for violation in chain((first,), broken):
        found.update(wording.word(violation))
        if len(found) > MOST_ERRORS:
            break
    return limited(found)
