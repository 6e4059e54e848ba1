# SPDX-License-Identifier: GPL-2.0-only
"""The enums of the flags that an iterator brings along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from kiter.lower.context import LoweringContext
from kiter.lower.view_class import view_class
from kiter.spec.argument import Argument
from kiter.spec.enumerators import numbers


@view_class()
class Member:
    """An enumerator; `value` is "" for the one after the one before."""

    flag: str
    value: str
    doc: str


@view_class()
class Enum:
    """`tag` is "" for one without a name, and so is `about`, which is what it is for."""

    template: ClassVar = "kernel/enum.j2"
    tag: str
    about: str
    iterator: str
    members: tuple[Member, ...]


def enums(ctx: LoweringContext) -> Iterator[Enum]:
    """Those that an iterator defines, in the order of its arguments."""
    for argument in ctx.it.arguments:
        if argument.defines:
            about = argument.doc if argument.brought else ""
            yield Enum(argument.brought, about, ctx.it.name, tuple(_members(argument)))


def _members(argument: Argument) -> Iterator[Member]:
    """The values, which count unless they say otherwise, and the bits, which each say theirs."""
    own = (value for value in argument.values if value in argument.defined)
    yield from (Member(value.flag, value.value, value.doc) for value in own)
    known = numbers(argument)
    for bit in argument.bits:
        spelled = bit.value or f"BIT({known[bit.flag].bit_length() - 1})"
        yield Member(bit.flag, spelled, bit.doc)
