# SPDX-License-Identifier: GPL-2.0-only
"""The enum of the flags that an iterator brings along."""

from __future__ import annotations

from typing import ClassVar

from kiter.lower.context import LoweringContext
from kiter.lower.view_class import view_class


@view_class()
class Member:
    """An enumerator; `value` is "" for the one after the one before."""

    flag: str
    value: str
    doc: str


@view_class()
class Enum:
    """`defines` is how it begins; `about` is what it is for, "" for one without a name."""

    template: ClassVar = "kernel/enum.j2"
    defines: str
    about: str
    iterator: str
    members: tuple[Member, ...]


def enum(ctx: LoweringContext) -> Enum | None:
    """None for an iterator that defines none."""
    selector = ctx.selector
    if selector is None or not selector.defines:
        return None
    members = (Member(c.flag, "" if c.value is None else str(c.value), c.doc) for c in ctx.cases)
    about = selector.doc if selector.defines != "enum" else ""
    return Enum(selector.defines, about, ctx.it.name, tuple(members))
