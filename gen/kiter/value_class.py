# SPDX-License-Identifier: GPL-2.0-only
"""Typed dataclasses that mypy holds frozen, of which kiter has hundreds, each made when its first value is.

dataclasses.dataclass(frozen=True) writes six methods for each class and has Python compile them, which was a
quarter of a small run, and most of the classes are for what a run does not meet. Only __init__() differs by
more than names: that is written here once there are some values, the others are closures over the names of
the fields. That a value is frozen is left to mypy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from operator import attrgetter
from threading import RLock
from typing import Any, TypeVar, cast, dataclass_transform, overload

T = TypeVar("T")

_FIELDS = "__dataclass_fields__"  # where fields(), replace() and asdict() look
_FEW = 8  # so many values are made one field after the other: most classes have no more in a run
_MAKING = RLock()  # making one makes what it inherits from


class _Late:
    """Stands for the fields of a class until it is made, which whoever asks for them begins."""

    def __init__(self, cls: type, make: Callable[[], None]) -> None:
        self._cls, self._make = cls, make

    def __get__(self, value: object, owner: type) -> Any:  # noqa: ANN401 - what dataclasses keeps there
        self._make()
        return getattr(self._cls, _FIELDS)


@overload
def value_class(cls: type[T], /) -> type[T]: ...


@overload
def value_class(
    *, eq: bool = True, order: bool = False, kw_only: bool = False
) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(cls: Any = None, /, *, eq: bool = True, order: bool = False, kw_only: bool = False) -> Any:
    """Make a class a dataclass that is shown by its fields, and compared and hashed by them.

    eq: false for one whose values are equal only to themselves
    order: its values are sorted by their fields
    kw_only: its fields are given by name
    """

    def late(cls: type[T]) -> type[T]:
        left = _FEW

        def make() -> None:
            with _MAKING:
                if isinstance(cls.__dict__[_FIELDS], _Late):
                    _make(cls, eq, order, kw_only)

        def __init__(self: T, *given: object, **named: object) -> None:  # noqa: N807 - of its first values
            nonlocal left
            make()
            left -= 1
            if left < 0 or not _filled(self, given, named):
                _settle(cls)
                cls.__init__(self, *given, **named)

        setattr(cls, _FIELDS, _Late(cls, make))
        setattr(cls, "__init__", __init__)  # noqa: B010 - mypy takes it for a mistake otherwise
        return cls

    return late if cls is None else late(cls)


def _make(cls: type, eq: bool, order: bool, kw_only: bool) -> None:
    dataclass(init=False, eq=False, repr=False, kw_only=kw_only)(cls)
    known = fields(cls)
    compared = tuple(one.name for one in known if one.compare)
    methods = {"__repr__": _showing(tuple(one.name for one in known if one.repr))}
    if eq:
        methods |= _equal(compared)
    if order:
        methods |= _ordered(compared)
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)


def _filled(value: object, given: Sequence[object], named: Mapping[str, object]) -> bool:
    """Do what __init__() does; false where that would refuse what is given."""
    known = fields(value)  # type: ignore[arg-type] # mypy cannot know that it is a dataclass
    places = (one.name for one in known if not one.kw_only)
    values = {**dict(zip(places, given, strict=False)), **named}
    refused = len(values) < len(given) + len(named)
    for one in known:
        if one.name in values:
            setattr(value, one.name, values.pop(one.name))
        elif one.default is not MISSING:
            setattr(value, one.name, one.default)
        elif one.default_factory is not MISSING:
            setattr(value, one.name, one.default_factory())
        else:
            refused = True
    return not refused and not values


def _settle(cls: type) -> None:
    """Give a class of which there are many values an __init__() of its own."""
    setattr(cls, "__init__", _init(fields(cls)))  # noqa: B010 - mypy takes it for a mistake otherwise


def _init(known: Iterable[Field[Any]]) -> Callable[..., None]:
    """__init__() with an argument for each field; defaults, and what makes them, are its globals."""
    named = [_argument(one) for one in known if one.kw_only]
    arguments = [
        "self",
        *(_argument(one) for one in known if not one.kw_only),
        *(["*", *named] if named else ()),
    ]
    body = [f"self.{one.name} = {_value(one)}" for one in known] or ["pass"]
    found: dict[str, Any] = {f"_default_{one.name}": one.default for one in known}
    found |= {f"_make_{one.name}": one.default_factory for one in known}
    exec(f"def __init__({', '.join(arguments)}):\n " + "\n ".join(body), found)
    return cast(Callable[..., None], found["__init__"])


def _argument(one: Field[Any]) -> str:
    needed = one.default is MISSING and one.default_factory is MISSING
    return one.name if needed else f"{one.name}=_default_{one.name}"


def _value(one: Field[Any]) -> str:
    if one.default_factory is MISSING:
        return one.name
    return f"_make_{one.name}() if {one.name} is _default_{one.name} else {one.name}"


def _ordered(names: tuple[str, ...]) -> dict[str, Callable[..., Any]]:
    values = _values(names)

    def __lt__(self: object, other: object) -> bool:  # noqa: N807 -- becomes the method of that name
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(values(self) < values(other))

    def __le__(self: object, other: object) -> bool:  # noqa: N807 -- likewise
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(values(self) <= values(other))

    return {"__lt__": __lt__, "__le__": __le__}  # Python turns the others round


def _equal(names: tuple[str, ...]) -> dict[str, Callable[..., Any]]:
    values = _values(names)

    def __eq__(self: object, other: object) -> bool:  # noqa: N807 -- likewise
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(values(self) == values(other))

    def __hash__(self: object) -> int:  # noqa: N807 -- likewise
        return hash(values(self))

    return {"__eq__": __eq__, "__hash__": __hash__}


def _values(names: tuple[str, ...]) -> Callable[[object], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _showing(names: tuple[str, ...]) -> Callable[[object], str]:
    def __repr__(self: object) -> str:  # noqa: N807 -- likewise
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return __repr__
