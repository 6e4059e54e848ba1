# SPDX-License-Identifier: GPL-2.0-only
"""What a view is: the names, expressions and parts that one template reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import TypeVar, dataclass_transform

from kiter.value_class import value_class

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def view_class(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a class a view: its fields are its arguments. It is read by a template, and never compared."""
    return value_class(eq=False, kw_only=kw_only)
