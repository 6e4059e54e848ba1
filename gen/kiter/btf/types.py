# SPDX-License-Identifier: GPL-2.0-only
"""What BTF says, decoded: types as they are stored, and functions, structs and enums by name."""

from __future__ import annotations

from collections.abc import Mapping

from kiter.value_class import value_class


@value_class
class Type:
    """One type as stored."""

    kind: int  # BTF_KIND_*
    name: str  # "" for none
    ref: int  # its size, or the id of another type
    members: tuple[tuple[int, ...], ...] = ()  # the words of each member, parameter, enumerator or variable
    after: tuple[int, ...] = ()  # the words of an INT, ARRAY, VAR or DECL_TAG
    flag: bool = False  # the top bit of its info word


@value_class
class Parameter:
    """A parameter of a function; its type as C spells it, "..." for variable ones."""

    name: str
    type: str


@value_class
class Function:
    """A function's prototype; types as C spells them."""

    name: str
    returns: str
    parameters: tuple[Parameter, ...]


@value_class
class Member:
    """A member of a struct: its type as C spells it, its place in bits, its width if it is a bit-field."""

    name: str
    type: str
    offset: int
    width: int = 0


@value_class
class Struct:
    """A struct or union. BTF does not store alignment: it is what the members demand."""

    name: str
    size: int
    alignment: int
    members: tuple[Member, ...]
    union: bool = False


@value_class
class Enum:
    """An enum, with the values by name in their order; `name` is "" for one without."""

    name: str
    size: int
    values: Mapping[str, int]
