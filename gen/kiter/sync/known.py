# SPDX-License-Identifier: GPL-2.0-only
"""The differences that are meant, with their reasons: known.toml beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kiter.value_class import value_class

FILE = Path(__file__).with_name("known.toml")


@value_class
class Known:
    """A difference in what BTF shows; "" is a side that lacks the aspect."""

    iterator: str
    targets: Sequence[str]
    aspect: str
    reason: str
    ours: str = ""
    theirs: str = ""


@value_class
class Behaviour:
    """A difference in what happens; `rule` is the rule of the contract that the kernel's breaks."""

    iterator: str
    targets: Sequence[str]
    rule: str
    ours: str
    theirs: str
    reason: str


@cache
def interfaces() -> tuple[Known, ...]:
    """All that BTF shows."""
    return tuple(Known(**entry) for entry in _table()["interface"])


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """All that it does not show."""
    return tuple(Behaviour(**entry) for entry in _table()["behaviour"])


def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
