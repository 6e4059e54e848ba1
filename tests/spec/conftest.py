# SPDX-License-Identifier: GPL-2.0-only
from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def small_schema():
    """A schema with every keyword in it, smaller than that of specs and independent of it."""
    return json.loads((Path(__file__).parents[1] / "errors" / "schema" / "schema.json").read_text("utf-8"))
