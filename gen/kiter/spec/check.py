# SPDX-License-Identifier: GPL-2.0-only
"""Check a document against the JSON schema, and say at the right place what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from kiter import resources
from kiter.errors import Diagnostic
from kiter.spec.compose import MOST_ERRORS, limited
from kiter.spec.document import Document
from kiter.spec.valid import Schema, keeps, pattern, unique

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

# One validator per schema object: building one costs more than a check. The schema is kept
# beside it, so that its id() stays its own.
_VALIDATORS: dict[int, tuple[Schema, Validator]] = {}


@cache
def spec_schema() -> dict[str, Any]:
    """The schema of specs, as it comes with kiter."""
    loaded: dict[str, Any] = json.loads(resources.schema().read_text("utf-8"))
    return loaded


def check(document: Document, schema: Schema) -> list[Diagnostic]:
    """Everything in `document` that `schema` forbids, sorted by place; empty when it is fine."""
    if keeps(document.data, schema):
        return []
    # Imported here: wording and jsonschema take 40 ms to load.
    from kiter.spec.wording import Wording  # noqa: PLC0415

    wording = Wording(document, schema)
    found: set[Diagnostic] = set()
    for error in _validator(schema).iter_errors(document.data):
        found.update(wording.word(error))
        if len(found) > MOST_ERRORS:
            break
    return limited(found)


def _validator(schema: Schema) -> Validator:
    if (known := _VALIDATORS.get(id(schema))) is not None:
        return known[1]
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415

    own = {"pattern": _pattern, "uniqueItems": _unique_items}
    made: Validator = validators.extend(Draft202012Validator, own)(schema)  # type: ignore[no-untyped-call]
    _VALIDATORS[id(schema)] = (schema, made)
    return made


def _pattern(_: Validator, wanted: str, value: object, __: Schema) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415

    if isinstance(value, str) and not pattern(wanted).search(value):
        yield ValidationError("does not match")


def _unique_items(_: Validator, wanted: bool, value: object, __: Schema) -> Iterator[ValidationError]:
    """The library's own compares each with each: hours for a hostile list."""
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415

    if wanted and isinstance(value, list) and not unique(value):
        yield ValidationError("not unique")
