# SPDX-License-Identifier: GPL-2.0-only
"""The differences that are meant, with their reasons: known.toml beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kiter.sync.aspect import About, Aspect
from kiter.value_class import value_class

FILE = Path(__file__).with_name("known.toml")


@value_class
class Known:
    """A difference in what BTF or a declaration shows."""

    iterator: str  # its name
    targets: Sequence[str]  # the kernels that it is known for
    aspect: Aspect  # what differs
    reason: str  # why
    ours: str = ""  # "" if the spec lacks the aspect
    theirs: str = ""  # "" if the kernel lacks it


@value_class
class Behaviour:
    """A difference in what happens."""

    iterator: str  # its name
    targets: Sequence[str]  # the kernels that it is known for
    rule: str  # that of the contract which the kernel's breaks
    ours: str  # what ours does
    theirs: str  # what the kernel's does
    reason: str  # why


@cache
def interfaces() -> tuple[Known, ...]:
    """All that BTF or a declaration shows."""
    return tuple(map(_known, _table()["interface"]))


def _known(entry: Mapping[str, Any]) -> Known:
    """An entry: beside the others it has one key for what it is about."""
    (about,) = (about for about in About if about.value in entry)
    others = {key: value for key, value in entry.items() if key != about.value}
    return Known(**others, aspect=Aspect(about, entry[about.value]))


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """All that it does not show."""
    return tuple(Behaviour(**entry) for entry in _table()["behaviour"])


def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
