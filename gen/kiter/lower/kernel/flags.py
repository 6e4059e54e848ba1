# SPDX-License-Identifier: GPL-2.0-only
"""What new() does for the flags that it is given, and refuses of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import ClassVar

from kiter.analysis.state import SIZES, WORD
from kiter.lower.context import LoweringContext
from kiter.lower.kernel import checks
from kiter.lower.kernel.part import Part
from kiter.lower.kernel.stores import Store, own
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument
from kiter.spec.expression import operand

Given = tuple[tuple[Part, ...], tuple[Store, ...], str]
"""What new() asks for and stores for a flag value, and the value."""


@view_class()
class Reserved:
    """A flag argument that means nothing yet."""

    template: ClassVar = "kernel/new/reserved.c.j2"
    flags: str


@view_class()
class Bits:
    """A flag argument of bits; `known` are those there are, as wide as the argument."""

    template: ClassVar = "kernel/new/bits.c.j2"
    flags: str
    known: str


@view_class()
class Arm:
    """What new() does for some flag values, beyond what it does for all."""

    flags: tuple[str, ...]
    demands: tuple[Part, ...]
    stores: tuple[Store, ...]


@view_class()
class Select:
    """The flag values there are."""

    template: ClassVar = "kernel/new/select.c.j2"
    flag: str
    arms: tuple[Arm, ...]


@view_class()
class Begin:
    """What new() stores for some flag values, all of which are known to be right."""

    template: ClassVar = "kernel/new/begin.c.j2"
    flag: str
    arms: tuple[Arm, ...]


@view_class()
class BeginSome:
    """The same where only some values have anything to store, and all of them the same; `several` stores."""

    template: ClassVar = "kernel/new/begin_some.c.j2"
    conditions: tuple[str, ...]
    stores: tuple[Store, ...]
    several: bool


def refused(ctx: LoweringContext, argument: Argument) -> Iterator[Part]:
    """The check of a flag argument that chooses no walk."""
    if argument.reserved:
        yield Reserved(argument.name)
    elif argument.values:
        given: list[Given] = [(tuple(checks.asked(ctx, value)), (), value.flag) for value in argument.values]
        yield Select(masked(argument, argument.name), _arms(given))
    elif argument.bits:
        yield Bits(argument.name, _known(argument))


def select(ctx: LoweringContext, argument: Argument, stores: bool) -> Select:
    """The check of the argument that chooses the walk, with or without what that stores."""
    given: list[Given] = [
        (tuple(checks.demands(ctx, case)), own(ctx, case) if stores else (), case.flag) for case in ctx.cases
    ]
    return Select(masked(argument, argument.name), _arms(given))


def begin(ctx: LoweringContext, argument: Argument) -> Part | None:
    """What the chosen walk stores, where that must wait for what new() takes; None for nothing."""
    given: list[Given] = [((), own(ctx, case), case.flag) for case in ctx.cases]
    arms = tuple(arm for arm in _arms(given) if arm.stores)
    flag = masked(argument, argument.name)
    if len(arms) == 1:
        chosen = (f"{operand(flag)} == {name}" for name in arms[0].flags)
        return BeginSome(tuple(chosen), arms[0].stores, len(arms[0].stores) > 1)
    return Begin(flag, arms) if arms else None


def masked(argument: Argument, spelled: str) -> str:
    """The value of a flag argument without its bits."""
    return f"{spelled} & ~{_known(argument)}" if argument.bits else spelled


def _arms(given: list[Given]) -> tuple[Arm, ...]:
    """Neighbours that need the same share an arm."""
    grouped = groupby(given, key=lambda one: one[:2])
    return tuple(Arm(tuple(flag for *_, flag in group), *needs) for needs, group in grouped)


def _known(argument: Argument) -> str:
    """The bits, in a cast where the argument is wider: ~ of an enumerator has 32 bits only."""
    known = " | ".join(bit.flag for bit in argument.bits)
    cast = f"({argument.type})" if SIZES.get(argument.type, WORD) == WORD else ""
    return cast + (f"({known})" if len(argument.bits) > 1 else known)


def selecting(ctx: LoweringContext) -> str:
    """The value that selects the walk, in next()."""
    field = ctx.scope.field(ctx.it.select)
    return masked(ctx.selector, field) if ctx.selector else field
