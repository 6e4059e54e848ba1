# SPDX-License-Identifier: GPL-2.0-only
"""What a view is: the names, expressions and parts that one template reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def view_class(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a class a view: its fields are its arguments, and mypy holds it to be frozen.

    A view is read and never compared, so it does without the methods that a dataclass writes for that
    and for being frozen at run time: there are so many views that these are a tenth of a small run.
    """
    return dataclass(slots=True, eq=False, repr=False, kw_only=kw_only)
