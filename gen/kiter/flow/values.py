# SPDX-License-Identifier: GPL-2.0-only
"""What an expression of C may be, as far as a path tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

Region: TypeAlias = Any
"""Memory of its own: STATE, or a tuple ("heap", ...), ("local", ...), ("global", name), ("at", value)."""

STATE = "state"


class Const(NamedTuple):
    """A number; 0 is NULL, too."""

    number: int
    tag: str = "const"


class Symbol(NamedTuple):
    """Something not known that stays the same; `site` is where it came from, `turn` tells repetitions apart.

    `kind` says how it came about: "param" of new(), "call" of a function whose body is not there, "native" of
    one that only gets memory of the iterator, "load" from memory of others, "opaque" of the iterator's own
    that another function has filled, "name" of a constant that is defined elsewhere.
    """

    kind: str
    name: str
    site: int = 0
    turn: int = 0
    tag: str = "symbol"


class Address(NamedTuple):
    """Where something is: a field of a region, or all of it for the path ""."""

    region: Region
    path: str
    tag: str = "address"


class Unset(NamedTuple):
    """What nobody has stored: a field of the iterator as new() found it, or of memory just allocated."""

    field: str
    tag: str = "unset"


class Term(NamedTuple):
    """An operation on values."""

    operator: str
    operands: tuple[Any, ...]
    tag: str = "term"


Value: TypeAlias = Const | Symbol | Address | Unset | Term
NULL = Const(0)
ONE = Const(1)


class Place(NamedTuple):
    """A piece of memory that can be stored to."""

    region: Region
    path: str


def join(path: str, field: str) -> str:
    """The path of a field inside another, or of all of it; the words that programs see are the state."""
    if field in {"", "__opaque"}:
        return path
    return f"{path}.{field}" if path else field


def pointer(place: Place) -> Value:
    """The address of a place."""
    region, path = place
    if not path and isinstance(region, tuple) and region[0] == "at":
        found: Value = region[1]
        return found
    return Address(region, path)


def parts(value: Value) -> Iterator[Any]:
    """A value and all that it is made of."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, Term):
            waiting.extend(one.operands)
        elif isinstance(one, Address) and isinstance(one.region, tuple) and one.region[0] == "at":
            waiting.append(one.region[1])


def kinds(value: Value) -> set[str]:
    """How the unknown parts of a value came about."""
    return {one.kind for one in parts(value) if isinstance(one, Symbol)}


def owned(region: Region) -> bool:
    """Whether it is the iterator's own memory."""
    return region == STATE or (isinstance(region, tuple) and region[0] == "heap")


def mapped(value: Value, change: Callable[[Symbol], Value]) -> Value:
    """The value with every symbol in it changed."""
    if isinstance(value, Symbol):
        return change(value)
    if isinstance(value, Term):
        return Term(value.operator, tuple(mapped(one, change) for one in value.operands))
    if isinstance(value, Address):
        return Address(moved(value.region, change), value.path)
    return value


def moved(region: Region, change: Callable[[Symbol], Value]) -> Region:
    """The region with every symbol in it changed."""
    if isinstance(region, tuple) and region[0] == "at":
        return ("at", mapped(region[1], change))
    return region
