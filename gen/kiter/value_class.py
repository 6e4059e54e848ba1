# SPDX-License-Identifier: GPL-2.0-only
"""Typed dataclasses that mypy holds frozen, of which kiter has hundreds, made in a quarter of the time.

dataclasses.dataclass(frozen=True) writes six methods for each class and has Python compile them, which was a
quarter of a small run. Only __init__() differs by more than names: that is written here, too, the others are
closures over the names of the fields. That a value is frozen is left to mypy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(cls: type[T]) -> type[T]:
    """Make a class a dataclass with slots, compared, hashed and shown by its fields."""
    made = dataclass(slots=True, eq=False, repr=False)(cls)
    known = fields(made)  # type: ignore[arg-type] # mypy does not see what dataclass() makes of a type variable
    methods = {
        **_comparing(tuple(one.name for one in known if one.compare)),
        "__repr__": _showing(tuple(one.name for one in known if one.repr)),
    }
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _comparing(names: tuple[str, ...]) -> dict[str, Callable[..., Any]]:
    values: Callable[[object], object] = attrgetter(*names) if names else lambda _: ()

    def __eq__(self: object, other: object) -> bool:  # noqa: N807 -- becomes the method of that name
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def __hash__(self: object) -> int:  # noqa: N807 -- likewise
        return hash(values(self))

    return {"__eq__": __eq__, "__hash__": __hash__}


def _showing(names: tuple[str, ...]) -> Callable[[object], str]:
    def __repr__(self: object) -> str:  # noqa: N807 -- likewise
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return __repr__
